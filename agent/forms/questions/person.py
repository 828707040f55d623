"""How somebody of a team takes tickets, as their manager sets it: capacity and rotation."""

from agent.assigning.duty import CAPACITY, OFF, ROTATION
from agent.desk import Desk
from agent.forms.kind import Given
from agent.forms.questions.profile import check_capacity
from agent.people.whom import person_named
from bot.forms import Field
from bot.messages import Option, escape, mention
from prompts.words import fixed, say
from storage import settings_kv
from storage.people import Person

IN = "on"
TURNS = {IN: fixed("New tickets may come"), OFF: fixed("Off the rotation: none is chosen for them")}


async def fields(desk: Desk, value: str) -> tuple[Field, ...]:
    """For who manages a team of theirs.

    Raises:
        Refused: the asker does not.
    """
    person = await _named(desk, value)
    await desk.check_person(person, doing=say("change how @{who} takes tickets", who=escape(person.name)))
    most = await settings_kv.get(desk.tx, person.slack_id, CAPACITY) or ""
    turns = await settings_kv.get(desk.tx, person.slack_id, ROTATION) or IN
    return (
        Field(
            name="number",
            kind="line",
            label=say("Open tickets of @{who} at most", who=person.name),
            hint=say("Then others are chosen first. Empty: the team's limit, or none."),
            initial=most,
            is_optional=True,
            longest=3,
        ),
        Field(
            name="rotation",
            kind="choice",
            label=say("Rotation"),
            options=tuple(Option(label=say(text), value=name) for name, text in TURNS.items()),
            initial=OFF if turns == OFF else IN,
        ),
    )


async def _named(desk: Desk, value: str) -> Person:
    """Whom the button names, last."""
    return await person_named(desk, _id_of(value))


def _id_of(value: str) -> str:
    return value.rsplit(maxsplit=1)[-1] if value.split() else ""


def lines(value: str, given: Given, changed: Given) -> list[str]:
    who = mention(_id_of(value))
    said = {
        "number": f"capacity {who} {changed.get('number') or OFF}",
        "rotation": f"rotation {who} {changed.get('rotation')}",
    }
    return [line for name, line in said.items() if name in changed] or [f"capacity {who}"]


check = check_capacity
