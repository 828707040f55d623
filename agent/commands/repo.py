"""`repo`: connect a repository, have it read, list what is known, or let it go; for admins."""

import re

from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.github.connections import Connection, connect, disconnect, listing, sync
from bot.errors import UserError
from bot.messages import escape, moment
from prompts.words import fixed, say

_NAMED = re.compile(r"--(channel|tickets)[ =](\S+)")
_FLAGS = {"connect": {"--hook"}, "sync": {"--full", "--state all", "--state open"}}
_FLAG = re.compile(r"--(?:state[ =]\w+|\w+)")


async def repo(desk: Desk, said: Said) -> Reply:
    """Do one of the four; GitHub is asked by a job, which says what came of it."""
    verb, _, rest = said.text.partition(" ")
    named = dict(_NAMED.findall(rest))
    rest = _NAMED.sub("", rest)
    flags = {flag.replace("=", " ") for flag in _FLAG.findall(rest)}
    name = _FLAG.sub("", rest).strip()
    if strange := flags - _FLAGS.get(verb.casefold(), set()):
        flags_named = escape(", ".join(sorted(strange)))
        raise UserError(say("`repo {verb}` does not take {flags}.", verb=verb, flags=flags_named))
    match verb.casefold():
        case "connect":
            chosen = {"channel": named.get("channel", ""), "policy": named.get("tickets", "")}
            await connect(desk, name, **chosen, wants_hook="--hook" in flags)
            asked = fixed("Looking up {repository} at GitHub; I tell you directly what comes of it.")
            text = say(asked, repository=escape(name))
        case "sync":
            state = "open" if "--state open" in flags else "all"
            known = await sync(desk, name, is_full="--full" in flags, state=state)
            text = say("{repository} is being read; `repo list` shows how far.", repository=known.full_name)
        case "disconnect":
            known = await disconnect(desk, name)
            gone = fixed("{repository} is disconnected: its events are ignored, its history and tickets stay.")
            text = say(gone, repository=known.full_name)
        case _:
            rows = [_row(one) for one in await listing(desk)]
            text = "\n".join(rows) or say("No repository yet: `repo connect OWNER/NAME`.")
    return text_reply(text, is_private=True)


def _row(one: Connection) -> str:
    known = one.repository
    where = f" in <#{known.channel_id}>" if known.channel_id else ""
    heard = moment(one.heard_at) if one.heard_at else say("never")
    stands = [
        say("{state}; {progress}; last webhook {at}", state=one.state, progress=one.progress, at=heard),
        *([say("read until {at} UTC", at=one.read_until)] if one.read_until else []),
        *([say("next look {at}", at=moment(one.next_at))] if one.next_at else []),
    ]
    return f"*{escape(known.full_name)}*{where}: {'; '.join(stands)}"


VERB = Verb(
    name="repo",
    takes=(Slot.REPO,),
    summary=fixed("connect GitHub repositories, read them, list them, let them go"),
    example="repo connect acme/shop --hook",
    another="repo connect acme/shop",
    action="administer",
    act=repo,
    german=("repositorium",),
    no_inverse="`repo connect` and `repo disconnect` take each other back",
)
