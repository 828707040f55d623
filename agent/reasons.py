"""Reasons that a form offers, and what is added when a ticket is resolved: the team's own words, or what is usual."""

import re
from collections.abc import Mapping

from agent.desk import Desk
from bot.errors import UserError
from bot.messages import escape
from prompts.words import fixed, say
from storage import settings_kv
from storage.calendars import of_team
from storage.tickets import Ticket

SOLVED = (
    fixed("Fixed in production"),
    fixed("Config change applied"),
    fixed("Not an issue"),
    fixed("User error"),
)
USUAL: dict[str, tuple[str, ...]] = {
    "resolve": SOLVED,
    "close": (fixed("Won't fix"), fixed("Cannot reproduce"), fixed("Out of scope")),
    "release": (fixed("I am on another incident"), fixed("Somebody else knows this better")),
    "reopen": (fixed("It happens again"), fixed("The fix was not deployed")),
}
# Keys of settings_kv in the scope of a team: `reasons.VERB`, one a line, and the templates `answer.VERB`.
OWN = ("resolve", "close")
MOST, LONGEST = 10, 60
LONGEST_ANSWER = 500
FIELDS = ("ticket", "title", "assignee", "duration", "link")
_FIELD = re.compile(r"\{([^{}]*)\}")


def read_reasons(text: str) -> tuple[str, ...]:
    """A team's own reasons, with semicolons or line breaks between them; none brings the usual ones back.

    Raises:
        UserError: there are too many, or one is too long.
    """
    reasons = tuple(dict.fromkeys(filter(None, (" ".join(part.split()) for part in re.split(r"[;\n]", text)))))
    if len(reasons) > MOST:
        raise UserError(say("A team keeps at most {most} reasons; these are {count}.", most=MOST, count=len(reasons)))
    for reason in reasons:
        if not 3 <= len(reason) <= LONGEST:
            wrong = fixed("“{reason}” must have 3 to {most} characters.")
            raise UserError(say(wrong, reason=escape(reason[:LONGEST]), most=LONGEST))
    return reasons


def check_answer(template: str) -> str:
    """A template that can be kept.

    Raises:
        UserError: it is too long, or has a brace or a field that means nothing.
    """
    if len(template) > LONGEST_ANSWER:
        raise UserError(say("An answer has at most {most} characters.", most=LONGEST_ANSWER))
    known = ", ".join(f"{{{name}}}" for name in FIELDS)
    for name in _FIELD.findall(template):
        if name not in FIELDS:
            field = f"{{{escape(name[:40])}}}"
            raise UserError(say("There is no field {field}; there is {known}.", field=field, known=known))
    if {"{", "}"} & set(_FIELD.sub("", template)):
        raise UserError(say("A brace stands alone. A field is written as one of {known}.", known=known))
    return template.strip()


def fill_answer(template: str, values: Mapping[str, str]) -> str:
    """The template's words, made safe, with its fields replaced: nothing in it is ever run or looked up.

    Args:
        values: each field as mrkdwn.
    """
    return _FIELD.sub(lambda found: values.get(found[1], found[0]), escape(template))


async def reasons_for(desk: Desk, ticket: Ticket, verb: str) -> tuple[str, ...]:
    """What the form of a verb offers: the reasons of the ticket's team, else the usual ones."""
    own = ""
    if ticket.team_id and verb in OWN:
        own = await settings_kv.get(desk.tx, of_team(ticket.team_id), f"reasons.{verb}") or ""
    return tuple(own.splitlines()) or tuple(map(say, USUAL.get(verb, ())))


async def answer_of(desk: Desk, ticket: Ticket, values: Mapping[str, str], *, verb: str) -> str:
    """What the ticket's team adds when a verb ends it; empty when it keeps no template for that."""
    if ticket.team_id is None or verb not in OWN:
        return ""
    template = await settings_kv.get(desk.tx, of_team(ticket.team_id), f"answer.{verb}")
    return fill_answer(template, values) if template else ""
