"""`reconcile`: fetch what Slack and GitHub sent and we did not get; for admins."""

import re
from datetime import UTC, datetime, timedelta

from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.github.connections import named
from agent.github.reconcile import ask
from bot.errors import UserError
from bot.messages import escape, moment
from prompts.words import fixed, say

USUAL = timedelta(hours=1)
FIRST = datetime(2008, 1, 1, tzinfo=UTC)  # GitHub's first year
UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_SPAN = re.compile(r"(\d{1,4})([mhd])")
_SINCE, _REPO = re.compile(r"--since[ =](\S+)"), re.compile(r"--repo[ =](\S+)")


async def reconcile(desk: Desk, said: Said) -> Reply:
    """Have it done from a moment on; the line about it goes to the admins."""
    since, name = _SINCE.search(said.text), _REPO.search(said.text)
    start = moment_of(since[1], now=desk.now) if since else desk.now - USUAL
    known = await named(desk, name[1]) if name else None
    await ask(desk, since=start, repository=known.full_name if known else None)
    text = say("Looking for what was missed since {start}; admins hear of it.", start=moment(start))
    if known:
        where = fixed("Looking for what was missed in {repository} since {start}; admins hear of it.")
        text = say(where, repository=known.full_name, start=moment(start))
    return text_reply(text, is_private=True)


def moment_of(text: str, *, now: datetime) -> datetime:
    """`90m`, `2h`, `3d` ago, or a moment such as 2026-03-02T02:10 (UTC unless it says otherwise).

    Raises:
        UserError: it is neither, has not come yet, or lies before all that GitHub or Slack could tell of.
    """
    at = _read(text, now)
    if at > now:
        raise UserError(say("{at} has not come yet.", at=escape(text[:40])))
    if at < FIRST:
        hint = fixed("{at} is too long ago: name a time from {first} on, such as 3d.")
        raise UserError(say(hint, at=escape(text[:40]), first=f"{FIRST:%Y-%m-%d}"))
    return at


def _read(text: str, now: datetime) -> datetime:
    if found := _SPAN.fullmatch(text):
        return now - timedelta(**{UNITS[found[2]]: int(found[1])})
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        hint = fixed("“{typed}” is no time: write 90m, 2h, 3d or 2026-03-02T02:10.")
        raise UserError(say(hint, typed=escape(text[:40]))) from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


VERB = Verb(
    name="reconcile",
    takes=(Slot.SINCE,),
    summary=fixed("fetch what Slack and GitHub sent and I did not get"),
    example="reconcile --since 2h",
    another="reconcile --since 2h",
    action="administer",
    act=reconcile,
    german=("abgleichen",),
    no_inverse="what was fetched is heard as if it had come in time",
)
