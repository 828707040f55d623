"""What we write on GitHub: nobody is called who need not be, nothing in it is an order to a bot, and it says who asked.

A model's words are made harmless before anybody is asked (agent/kit/wording.py) and stand here as they were shown. All
of it is read on GitHub by people of any language, so our own words in it are English.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from agent.guardrails.links import harmless
from agent.guardrails.marks import MARK, OnGitHub
from agent.guardrails.outgoing import for_github
from bot.github.marker import unmarked
from bot.messages import cut
from bot.redact import redact

LONGEST_TITLE = 256
LONGEST_NAME = 80
_LOGIN = r"@([A-Za-z0-9][\w-]{0,38}(?:/[\w.-]{1,100})?)"
_MARK = re.compile(MARK)
_NAME = re.compile(rf"(?<![\w`/]){_LOGIN}")
_ANY_NAME = re.compile(rf"(?<![\w/])`?{_LOGIN}`?")  # in code too: whoever waits to be called reads that as well
_ORDER = re.compile(r"^([\s>*+-]{0,40})(/\S{1,200})", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Delegation:
    """What a coding agent is asked. `prefix` calls it, as `/opencode ` or `@claude `; `body` is written by a model.

    `is_plan`: it shall change no file.
    """

    prefix: str
    goal: str
    body: str
    links: Sequence[str] = ()
    is_plan: bool = False


def signed(text: str, requester: str) -> str:
    """A text with the line that says for whom Chargehand wrote it."""
    name = for_github(cut(" ".join(requester.split()), LONGEST_NAME), OnGitHub()) or "somebody"
    return f"{text}\n\n_requested by {name} via Chargehand_"


def defused(text: str) -> str:
    """A text in which @names stand in code, so that GitHub calls nobody, and in which nothing is hidden."""
    return _NAME.sub(r"`@\1`", unmarked(_visible(text)))


def neutralised(text: str) -> str:
    """A text that gives no bot an order: names have lost their @, and lines that begin with a slash are code."""
    without_names = _ANY_NAME.sub(r"`\1`", _visible(text))
    return _ORDER.sub(lambda found: f"{found[1]}`{found[2].replace('`', '')}`", without_names)


def title_of(text: str) -> str:
    """A title: one line, and not too long."""
    return cut(" ".join(_visible(text).split()), LONGEST_TITLE)


def harmless_title(text: str, marks: OnGitHub) -> str:
    """The same of a model's words. GitHub reads no Markdown in it but code."""
    named = _MARK.sub(lambda found: marks.code(marks.named(found)), redact(_visible(text)))
    return title_of(defused(harmless(named, marks.links)))


def delegated(asked: Delegation) -> str:
    """The comment that gives a coding agent its work; who asked for it is said by `signed`, which keeps the prefix."""
    rule = "Plan only: do not change any file, and do not merge." if asked.is_plan else "Do not merge."
    goal = " ".join(neutralised(asked.goal).split())
    parts = [f"{asked.prefix.strip()} {goal}", neutralised(asked.body).strip(), "\n".join(asked.links), rule]
    return "\n\n".join(filter(None, parts))


def delegated_and_signed(asked: Delegation, requester: str) -> str:
    """The whole comment: the prefix calls the agent, and is the only thing in it that calls anybody."""
    first, _, rest = delegated(asked).partition("\n")
    return f"{first}\n{signed(rest.lstrip(), requester)}"


def _visible(text: str) -> str:
    """Without characters that nobody sees, which could hide a name or a slash from those who check."""
    return "".join(each for each in text if each in "\n\t" or unicodedata.category(each) not in ("Cc", "Cf"))
