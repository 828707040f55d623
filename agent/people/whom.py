"""Finds the person whom words name: picked from Slack's list, by Slack id, e-mail, name or proven GitHub login.

Who is nobody's name is never made up: it is said who is near, and how a login is linked.
"""

import re
from difflib import get_close_matches

from agent.desk import Desk
from bot.errors import Undecided, UserError
from bot.messages import by_name, escape, mention, plain
from prompts.words import fixed, say
from storage import people
from storage.people import Person

_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
_MAIL = re.compile(r"<mailto:([^|>\s]+@[^|>\s]+)(?:\|[^>]*)?>|([^@\s<>|]+@[^@\s<>|]+\.[^@\s<>|]+)")
_ID = re.compile(r"\b[UW](?=[A-Z0-9]*\d)[A-Z0-9]{4,}\b")
LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,38}")  # on GitHub
CHANNEL = re.compile(r"<#[CG][A-Z0-9]+(?:\|[^>]*)?>|#[^\s<>]+")
LINK = fixed("If it is a login on GitHub, `link github {login}` by whose it is makes it known.")
MOST_NEAR = 3  # names that are suggested for one that nobody has
NEAR = 5  # people among whom one is picked by a button
MOST = 10  # people whom one command may make us look up


class Ambiguous(Undecided):
    """Several people have the name that was typed."""

    def __init__(self, typed: str, people: list[Person]) -> None:
        several = fixed("There are several people called “{name}”; pick one from Slack's @ list.")
        choices = [(called_apart(one), mention(one.slack_id)) for one in people[:NEAR]]
        super().__init__(say(several, name=escape(plain(typed))), slot="person", choices=choices)
        self.typed, self.people = typed, people


def called_apart(person: Person) -> str:
    """A name with what tells it from others of the same name, where all may read it: no whole address."""
    return f"@{person.name} ({(person.email or '').partition('@')[0] or person.slack_id})"


def slack_ids(words: str) -> tuple[str, ...]:
    """The Slack ids that words name without mentioning anybody."""
    return tuple(dict.fromkeys(_ID.findall(words)))[:MOST]


def emails(words: str) -> tuple[str, ...]:
    """The e-mail addresses in words, as Slack or people write them."""
    return tuple(dict.fromkeys(linked or plain for linked, plain in _MAIL.findall(words)))[:MOST]


async def person_named(desk: Desk, words: str) -> Person:
    """The one person of these words.

    Raises:
        UserError: nobody is known by them (the text names near ones), or it is a channel. Ambiguous: several are.
    """
    typed = name = words.strip().rstrip(",")
    if CHANNEL.fullmatch(name):
        no_person = fixed("{name} is a channel, not a person. Pick a person from Slack's @ list.")
        raise UserError(say(no_person, name=escape(plain(name))))
    if found := _MENTION.fullmatch(name):
        name = found[1]
    if person := await people.by_slack_id(desk.tx, desk.workspace_id, name):
        return person
    if (address := emails(name)) and (person := await people.by_email(desk.tx, desk.workspace_id, address[0])):
        return person
    name = plain(name).removeprefix("@")
    called = await people.named(desk.tx, desk.workspace_id, name)
    if len(called) > 1:
        raise Ambiguous(typed.removeprefix("@"), called)
    if called:
        return called[0]
    if person := await people.by_github_login(desk.tx, desk.workspace_id, name):
        return person
    raise await _unknown(desk, name)


async def _unknown(desk: Desk, name: str) -> UserError:
    """What to say of a name that is nobody's; the agent asks which of those near it is meant."""
    known = [person for person in await people.everyone(desk.tx) if person.is_active]
    wanted = name.partition("@")[0]
    close = get_close_matches(wanted, {person.name for person in known}, n=MOST_NEAR, cutoff=0.6)
    first = sorted(person.name for person in known if wanted.casefold() == person.name.casefold().split(" ")[0])
    near = list(dict.fromkeys([*first, *close]))[:MOST_NEAR]
    said = [
        say("I do not know @{name}.", name=escape(name)),
        *([say("Did you mean {who}?", who=by_name(near, between=say(" or ")))] if near else []),
        say("Pick a person from Slack's @ list."),
        *([say(LINK, login=escape(name))] if LOGIN.fullmatch(name) else []),
    ]
    if not near:
        return UserError(" ".join(said))
    choices = [(called_apart(one), mention(one.slack_id)) for name in near for one in known if one.name == name]
    return Undecided(" ".join(said), slot="person", choices=choices[:NEAR])
