"""A ticket that the agent writes keeps what its asker has said of it, where the model's words leave that out."""

from collections.abc import Sequence

from agent.kit.arguments import IN_ONES_OWN_WORDS
from agent.kit.lookalikes import ANYWAY
from agent.turns.control import is_go_ahead
from prompts.words import say

LONGEST = 3000  # characters of each message


def with_own_words(line: str, *, tool: str, said: Sequence[str]) -> str:
    """The command line of a report with the asker's request and answers behind the model's words.

    Args:
        said: as Slack sent it.
    """
    if tool not in IN_ONES_OWN_WORDS:
        return line
    known, missing = _plain(line), list[str]()
    for text in said:
        if _plain(text) not in known and not is_go_ahead(text) and text != ANYWAY:
            missing.append(text.strip()[:LONGEST])
            known += f" {_plain(text)}"
    if not missing:
        return line
    quoted = "\n".join(f"> {one}" for text in missing for one in text.splitlines())
    return f"{line}\n\n{say('As it was asked:')}\n{quoted}"


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
