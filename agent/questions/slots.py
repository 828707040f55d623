"""What may be asked for, and what of it the asker's own words or a default say already."""

import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from agent.calendar.spoken.moment import moment_of
from agent.calendar.spoken.read import checked, read_first
from agent.calendar.whose import calendar_of_person
from agent.commands.reading import TICKET_IN_TEXT
from agent.desk import Desk
from agent.github.which import HERE, named_in, repository_for, visible
from agent.reports.similar import significant
from agent.turns.grounding.said import Text, deictic
from agent.turns.grounds import Words
from bot.errors import UserError
from prompts.words import fixed

TITLE, REPOSITORY, PERSON, TIME, WHICH = "title", "repository", "person", "time", "which"
# What is asked where a model's own words cannot be used.
PLAINLY = {
    TITLE: fixed("What is it about, in one line?"),
    REPOSITORY: fixed("Which repository is it for?"),
    PERSON: fixed("Who is it about?"),
    TIME: fixed("When shall it be?"),
    WHICH: fixed("Which one do you mean?"),
}
A_TITLE = 4  # words of a request that say something: what they say is its title
MOST_STARTS = 60  # words from which a time is looked for
_MENTION = re.compile(r"<@([UW][A-Z0-9]+)")


@dataclass(frozen=True, kw_only=True)
class Said:
    """Where it would be asked: the asker's words of this request, and the id of the thread's ticket."""

    desk: Desk
    words: Words
    ticket_id: int | None = None


async def known(said: Said, slot: str) -> str:
    """What is known of a slot, as a sentence for the model; empty when it has to be asked for."""
    return await _KNOWN[slot](said)


async def choices(desk: Desk, slot: str) -> list[str]:
    """What can be answered, where code knows all of it: the repositories that everybody here may know of."""
    return [row.full_name for row in await visible(desk)] if slot == REPOSITORY else []


async def _title(said: Said) -> str:
    if any(len(significant(text)) >= A_TITLE for text in said.words.texts):
        return "The request says what it is about: make a title of its words."
    return ""


async def _repository(said: Said) -> str:
    """Named, or the one that counts here."""
    try:
        named = named_in(await visible(said.desk), said.words.texts)
        if len(named) == 1:
            return f"The request names {named[0].full_name}."
        found = await repository_for(said.desk, HERE, ticket_id=said.ticket_id) if not named else None
    except UserError:
        return ""
    return f"It is {found.row.full_name}: {found.why}" if found else ""


async def _person(said: Said) -> str:
    """One whom Slack's own markup names, so that it is nobody else."""
    named = _each(_MENTION, said.words.texts)
    return f"The request names <@{named.pop()}>." if len(named) == 1 else ""


async def _time(said: Said) -> str:
    """One that can be read, and means one moment to come."""
    calendar = await calendar_of_person(said.desk.tx, said.desk.settings, said.desk.asker.person_id)
    for text in said.words.texts:
        words = text.split()
        for at in range(min(len(words), MOST_STARTS)):
            try:
                found = read_first(" ".join(words[at:]))
                if found is None or (found.spoken.wrong and found.spoken.wrong.said):
                    continue
                checked(found)  # of two times neither is taken
                if not found.spoken.repeat:
                    moment_of(found.spoken, calendar, now=said.desk.now, words=found.words)
            except UserError:
                return ""
            return f"The request says when: {found.words}"
    return ""


async def _which(said: Said) -> str:
    """One ticket by its name, or that of the thread."""
    named = _each(TICKET_IN_TEXT, said.words.texts)
    if len(named) == 1:
        return f"The request names CH-{named.pop()}."
    if said.words.ticket and (not named or deictic(map(Text.of, said.words.texts))):
        return f"The thread is about {said.words.ticket}, which “this” means."
    return ""


def _each(pattern: re.Pattern[str], texts: Iterable[str]) -> set[str]:
    return {found[1] for text in texts for found in pattern.finditer(text)}


_KNOWN: dict[str, Callable[[Said], Awaitable[str]]] = {
    TITLE: _title,
    REPOSITORY: _repository,
    PERSON: _person,
    TIME: _time,
    WHICH: _which,
}
SLOTS = tuple(_KNOWN)
