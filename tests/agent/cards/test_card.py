"""The card says what a ticket is, who has it and why, and offers what can be done with it now."""

from dataclasses import replace

import pytest

from agent.assigning import assign
from agent.cards.card import COLOURS, GREY, card
from agent.desk import Desk
from agent.status_words import words
from bot.access import Target
from bot.messages import Button, Control, Menu, More, Option, moment
from bot.sandbox.slack.blocks import problems_of
from bot.slack.blocks import render
from storage import people
from storage.tickets import Ticket
from tests.agent.conftest import NOW, MakeTicket


async def test_the_facts_and_the_notes(desk: Desk, make_ticket: MakeTicket) -> None:
    ticket = await make_ticket(
        priority="critical",
        category="feature_request",
        severity="blocker",
        effort="extra_large",
        component="cache",
        tags=["redis", "a<b"],
        assign_reason="fewest open: 0; @di has 2",
        triage_source="model",
        triage_model="m-1",
        triage_reasoning="It says <everything> is down.",
        last_change="claimed by @cy",
        last_change_at=NOW,
    )
    await assign.give(desk, ticket, await people.the(desk.tx, "T1", "UCY"))
    await desk.tx.flush()
    shown = await card(desk, ticket)
    assert shown.text == "CH-1 Redis is down – critical, @cy, open"
    assert shown.title == "*CH-1  Redis is down*"
    assert shown.colour == COLOURS["critical"]
    assert {fact.name: fact.value for fact in shown.facts} == {
        "Priority": ":red_circle: Critical",
        "Status": "Open",
        "Team": "Platform",
        "Assigned": "@cy",
        "Category": "Feature request",
        "Severity · effort": "blocker · extra large",
    }
    assert [note for note in shown.notes if note] == [
        "Why this person: fewest open: 0; @di has 2",
        "triaged by m-1: It says &lt;everything&gt; is down.",
        "`cache` `redis` `a&lt;b`",
        f"claimed by @cy, {moment(NOW)}",
    ]


ROW = ["Resolve…", "Reassign…", "Snooze", "Priority", "Why"]
FOLDED = ["Edit…", "Hand over…", "Duplicate of…", "Mute", "History"]
ALWAYS = [*ROW, "Close…", "Wait…", *FOLDED]
WAITING = [*ROW, "Close…", "Waits no more", *FOLDED]


def spread(one: Control) -> tuple[Button | Menu, ...]:
    """What can be pressed there: the folded buttons, or itself."""
    return one.buttons if isinstance(one, More) else (one,)


@pytest.mark.parametrize(
    ("state", "labels"),
    [
        ({"status": "open"}, ["Claim", "Start", *ALWAYS]),
        ({"status": "open", "acknowledged_at": NOW}, ["Release…", "Start", *ALWAYS]),
        ({"status": "in_progress", "acknowledged_at": NOW}, ["Release…", *ALWAYS]),
        ({"status": "in_progress", "acknowledged_at": NOW, "waiting_since": NOW}, ["Release…", *WAITING]),
        ({"status": "resolved"}, ["Reopen…", "Why", "History"]),
        ({"status": "closed"}, ["Reopen…", "Why", "History"]),
    ],
)
async def test_the_controls_fit_the_status(
    desk: Desk, make_ticket: MakeTicket, state: dict[str, object], labels: list[str]
) -> None:
    ticket = await make_ticket(**state)
    await assign.give(desk, ticket, await people.the(desk.tx, "T1", "UCY"))
    await desk.tx.flush()
    shown = await card(desk, ticket)
    assert [control.label for row in shown.rows for one in row for control in spread(one)] == labels
    assert {control.value for row in shown.rows for one in row for control in spread(one)} == {"CH-1@0", "CH-1"}
    assert all(len(one.buttons) <= 5 for row in shown.rows for one in row if isinstance(one, More))
    assert (shown.colour == GREY) == (ticket.status in {"resolved", "closed"} or ticket.priority is None)


async def test_the_menu_is_there_while_the_team_is_not_clear(desk: Desk, make_ticket: MakeTicket) -> None:
    assert [option.label for option in await teams_to_choose(desk, await make_ticket(team_id=None))] == ["Platform"]
    assert await teams_to_choose(desk, await make_ticket()) == ()
    assert await teams_to_choose(desk, await make_ticket(team_id=None, status="closed")) == ()


async def teams_to_choose(desk: Desk, ticket: Ticket) -> tuple[Option, ...]:
    rows = (await card(desk, ticket)).rows
    return sum((one.options for row in rows for one in row if isinstance(one, Menu) and one.action == "move"), ())


async def test_the_flags_say_what_holds_it_up(desk: Desk, make_ticket: MakeTicket) -> None:
    rests = [[NOW.isoformat(), NOW.isoformat()]] * 2
    ticket = await make_ticket(snoozed_until=NOW, waiting_on=1, waiting_for="the <key>", waiting_since=NOW, rests=rests)
    at = moment(NOW)
    flags = f"Snoozed until {at} · Waiting on @ann since {at}: the &lt;key&gt; · Reopened 2 times"
    assert flags in (await card(desk, ticket)).notes


async def test_however_long_its_words_it_has_at_most_twenty_blocks_and_all_controls(
    desk: Desk, make_ticket: MakeTicket
) -> None:
    huge = "redis " * 4000
    about: dict[str, object] = dict.fromkeys(("title", "component", "assign_reason", "triage_reasoning"), huge)
    flags: dict[str, object] = {"snoozed_until": NOW, "waiting_for": huge, "waiting_since": NOW, "last_change": huge}
    ticket = await make_ticket(**about, **flags, tags=[huge], triage_source="rules", last_change_at=NOW, team_id=None)
    content = render(await card(desk, ticket))
    [attachment] = content["attachments"]
    blocks = content["blocks"] + attachment["blocks"]
    assert problems_of(content["blocks"], "message") == problems_of(attachment["blocks"], "message") == []
    assert len(blocks) <= 20
    assert [len(block["elements"]) for block in blocks if block["type"] == "actions"] == [6, 5]


async def test_words_of_people_never_ping(desk: Desk, make_ticket: MakeTicket) -> None:
    loud = "<!channel> <@UCY>"
    ticket = await make_ticket(
        title=loud,
        component=loud,
        tags=[loud],
        assign_reason=loud,
        triage_source="rules",
        triage_note=loud,
        triage_reasoning=loud,
        resolution=loud,
        status="resolved",
    )
    await make_ticket(title=loud)
    for one in (ticket, await make_ticket(title=loud)):
        shown = (await card(desk, one)).model_dump_json()
        assert "<!" not in shown
        assert "<@" not in shown


async def test_similar_tickets_are_linked(desk: Desk, make_ticket: MakeTicket) -> None:
    await make_ticket(permalink="https://acme.example/p1", status="resolved")
    await make_ticket(title="Kafka is stuck")
    shown = await card(desk, await make_ticket())
    assert "Similar: <https://acme.example/p1|CH-1 Redis is down (resolved)>" in shown.notes


async def test_tickets_of_a_private_channel_are_similar_only_there(desk: Desk, make_ticket: MakeTicket) -> None:
    await make_ticket(is_private=True, channel_id="CX")
    assert not [note for note in (await card(desk, await make_ticket())).notes if "Similar" in note]
    inside = await make_ticket(is_private=True, channel_id="CX")
    assert [note for note in (await card(desk, inside)).notes if "CH-1 Redis is down" in note]


def test_missing_values_read_as_a_dash() -> None:
    assert (words(None), words("in_progress"), words("bug")) == ("–", "in progress", "bug")


async def test_the_desk_knows_who_sees_a_private_ticket(desk: Desk, make_ticket: MakeTicket) -> None:
    ticket = await make_ticket(is_private=True, channel_id="CX", reporter_id=2)
    assert not await desk.sees(ticket)
    assert await replace(desk, insiders={"CX": frozenset({"UANN"})}).sees(ticket)
    assert isinstance(await desk.target(ticket), Target)
