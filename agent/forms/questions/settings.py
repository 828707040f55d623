"""What a person or a team set: a field for each line of the table of preferences; only what was changed is said."""

from collections.abc import Sequence

from agent.calendar.owner import team_named_first
from agent.desk import Desk
from agent.forms.kind import Given
from agent.people import preferences, settable
from agent.people.preferences import DEFAULT
from agent.people.settable import CALENDAR, Preference
from agent.people.values import CHANNEL
from bot.errors import UserError
from bot.forms import Field
from bot.messages import Option, escape
from prompts.words import say
from storage import people
from storage.people import Person, Team

OF_PERSON = tuple(one for one in settable.PERSON if one.kept != CALENDAR)  # a zone stands in the form of hours


async def of_person(desk: Desk, value: str) -> tuple[Field, ...]:
    person = await people.get(desk.tx, desk.asker.person_id)
    return await _fields(desk, person, OF_PERSON)


async def of_team(desk: Desk, value: str) -> tuple[Field, ...]:
    """For who manages it.

    Raises:
        Refused: the asker does not.
    """
    team, _ = await team_named_first(desk, value)
    await desk.check_team(team, doing=say("change the settings of {team}", team=escape(team.name)))
    return await _fields(desk, team, settable.TEAM)


async def _fields(desk: Desk, owner: Team | Person, table: Sequence[Preference]) -> tuple[Field, ...]:
    return tuple([_field(one, await preferences.value(desk, owner, one)) for one in table])


def _field(one: Preference, held: str | None) -> Field:
    words = one.kind.words.split("|")
    meaning = say(one.meaning).replace("`", "")
    is_choice = len(words) > 1 and all(word.isalpha() and one.kind.read(word) == word for word in words)
    offered = (DEFAULT, *words) if is_choice else ()  # what is chosen in a menu cannot be emptied
    return Field(
        name=one.key,
        kind="channel" if one.kind is CHANNEL else "choice" if is_choice else "line",
        label=f"{meaning[:1].upper()}{meaning[1:]}",
        hint=say("Default: {value}.", value=say(one.default)),
        initial=(held or (DEFAULT if is_choice else "")).replace("\n", "; "),
        options=tuple(Option(label=word, value=word) for word in offered),
        is_optional=True,
    )


def person_lines(value: str, given: Given, changed: Given) -> list[str]:
    return _changes("me set", OF_PERSON, changed) or ["me"]


def team_lines(value: str, given: Given, changed: Given) -> list[str]:
    return _changes(f"team set {value}", settable.TEAM, changed) or [f"team show {value}"]


def _changes(command: str, table: Sequence[Preference], changed: Given) -> list[str]:
    """A line for each answer that is not what stood there."""
    said = [(one.key, " ".join(changed[one.key].split())) for one in table if one.key in changed]
    return [f"{command} {key} {words or DEFAULT}" for key, words in said]


async def check_person(desk: Desk, value: str, given: Given) -> dict[str, str]:
    return _wrong(OF_PERSON, given)


async def check_team(desk: Desk, value: str, given: Given) -> dict[str, str]:
    return _wrong(settable.TEAM, given)


def _wrong(table: Sequence[Preference], given: Given) -> dict[str, str]:
    wrong = {}
    for one in table:
        said = " ".join(given.get(one.key, "").split())
        if said and said != DEFAULT:
            try:
                if one.kind.read(said) is None:
                    wrong[one.key] = say("Write {value}, or leave it empty.", value=say(one.kind.words))
            except UserError as refusal:
                wrong[one.key] = str(refusal)
    return wrong
