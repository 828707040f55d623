"""The forms of who manages begin with what is so today, say at their fields what is wrong, and run the usual lines."""

from dataclasses import replace

import pytest

from agent.commands.run import run_lines
from agent.desk import Desk
from agent.forms.changes import marks
from agent.forms.open import lines_of, problems
from agent.forms.table import open_form_of
from agent.people.admit import actor_of
from bot.errors import Refused
from bot.events import SlackForm
from storage import people


@pytest.fixture
async def bo(desk: Desk) -> Desk:
    """At the desk of Bo, who manages Platform, by a form."""
    return replace(desk, surface="form", actor=await actor_of(desk.tx, await people.the(desk.tx, "T1", "UBO")))


async def filled(desk: Desk, name: str, value: str, /, **answers: str) -> SlackForm:
    """A form as it comes back, with these answers in place of what stood there at first."""
    kind = open_form_of(name)
    assert kind
    fields = await kind.fields(desk, value)
    given = {field.name: field.initial for field in fields} | answers
    return SlackForm(
        user_id="U", action=name, value=value, channel_id="", thread_ts=None, fields=given, at_first=marks(fields)
    )


@pytest.mark.parametrize(
    ("name", "value", "answers", "lines"),
    [
        ("team-rename", "Platform", {"name": "Core"}, ["team rename Platform to Core"]),
        ("team-rename", "Platform", {}, ["team show Platform"]),
        (
            "person",
            "Platform UCY",
            {"number": "3", "rotation": "off"},
            ["capacity <@UCY> 3", "rotation <@UCY> off"],
        ),
        ("person", "Platform UCY", {}, ["capacity <@UCY>"]),
        (
            "holiday",
            "team Platform",
            {"country": "DE BE", "day": "2026-05-04", "name": "Offsite"},
            ["holiday team Platform country DE BE", "holiday team Platform add 2026-05-04 Offsite"],
        ),
        ("holiday", "team Platform", {}, ["holiday team Platform"]),
        (
            "sla",
            "Platform",
            {"high": "ack=2h resolve=2d clock=business"},
            ["sla set Platform high ack=2h resolve=2d clock=business"],
        ),
        ("sla", "Platform", {"low": ""}, ["sla set Platform low default"]),
        ("sla", "Platform", {}, ["sla team Platform"]),
        (
            "ownership",
            "Platform",
            {"kind": "path", "pattern": "services/cache/**", "people": "UCY"},
            ["ownership add path services/cache/** Platform <@UCY>"],
        ),
        ("ownership", "Platform", {}, ["ownership list"]),
    ],
)
async def test_what_was_changed_becomes_the_usual_lines_and_they_run(
    bo: Desk, name: str, value: str, answers: dict[str, str], lines: list[str]
) -> None:
    form = await filled(bo, name, value, **answers)
    assert await problems(bo, form) == {}
    assert await lines_of(bo, form) == lines
    assert (await run_lines(bo, lines)).message.text


@pytest.mark.parametrize(
    ("name", "value", "answers", "field"),
    [
        ("person", "Platform UCY", {"number": "-1"}, "number"),
        ("holiday", "team Platform", {"country": "XX"}, "country"),
        ("holiday", "team Platform", {"name": "Offsite"}, "day"),
        ("sla", "Platform", {"high": "soon"}, "high"),
        ("ownership", "Platform", {"kind": "path"}, "pattern"),
        ("ownership", "Platform", {"pattern": "redis"}, "kind"),
    ],
)
async def test_what_is_wrong_stands_at_its_field(
    bo: Desk, name: str, value: str, answers: dict[str, str], field: str
) -> None:
    assert [*await problems(bo, await filled(bo, name, value, **answers))] == [field]


async def test_what_was_set_stands_there_next_time(bo: Desk) -> None:
    await run_lines(
        bo,
        [
            "capacity <@UCY> 3",
            "rotation <@UCY> off",
            "holiday team Platform country DE BE",
            "holiday team Platform add 2026-05-04 Offsite",
            "sla set Platform low off",
            "ownership add keyword redis Platform",
        ],
    )
    assert (await filled(bo, "person", "Platform UCY")).fields == {"number": "3", "rotation": "off"}
    assert (await filled(bo, "holiday", "team Platform")).fields["country"] == "DE BE"
    assert (await filled(bo, "sla", "Platform")).fields["low"] == "off"
    form = await filled(bo, "ownership", "Platform", remove="1")
    assert await lines_of(bo, form) == ["ownership remove 1"]
    assert await lines_of(bo, await filled(bo, "holiday", "team Platform", remove="2026-05-04")) == [
        "holiday team Platform remove 2026-05-04"
    ]


async def test_a_team_is_deleted_with_its_heir_by_an_admin_alone(bo: Desk) -> None:
    with pytest.raises(Refused):
        await filled(bo, "team-delete", "")
    admin = replace(bo, actor=replace(bo.asker, is_admin=True))
    await run_lines(admin, ["team create Search"])
    form = await filled(admin, "team-delete", "", team="Search", heir="Search")
    assert await problems(admin, form) == {"heir": "Another team has to get them."}
    form = await filled(admin, "team-delete", "", team="Search", heir="Platform")
    assert await lines_of(admin, form) == ["team delete Search to Platform"]
    await run_lines(admin, await lines_of(admin, form))
    assert [team.name for team in await people.teams(admin.tx)] == ["Platform"]


@pytest.mark.parametrize("name", ["team-rename", "sla", "ownership", "holiday", "person"])
async def test_who_does_not_manage_is_refused_before_it_opens(desk: Desk, name: str) -> None:
    values = {"holiday": "team Platform", "person": "Platform UCY"}
    with pytest.raises(Refused):
        await filled(desk, name, values.get(name, "Platform"))
