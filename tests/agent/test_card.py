"""The card says what a ticket is, who has it and why, and offers what can be done with it now (A12)."""

from dataclasses import replace

import pytest

from agent import assign
from agent.card import COLOURS, GREY, card, words
from agent.desk import Desk
from bot.access import Target
from storage import people
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
    )
    await assign.give(desk, ticket, await people.the(desk.tx, "T1", "UCY"))
    await desk.tx.flush()
    shown = await card(desk, ticket, change="claimed by @cy")
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
        "claimed by @cy",
    ]


@pytest.mark.parametrize(
    ("state", "labels"),
    [
        ({"status": "open"}, ["Claim", "Resolve…", "Not an issue…"]),
        ({"status": "open", "acknowledged_at": NOW}, ["Start", "Resolve…", "Not an issue…"]),
        ({"status": "in_progress", "acknowledged_at": NOW}, ["Resolve…", "Not an issue…"]),
        ({"status": "resolved"}, ["Reopen…"]),
        ({"status": "closed"}, ["Reopen…"]),
    ],
)
async def test_the_buttons_fit_the_status(
    desk: Desk, make_ticket: MakeTicket, state: dict[str, object], labels: list[str]
) -> None:
    ticket = await make_ticket(**state)
    await assign.give(desk, ticket, await people.the(desk.tx, "T1", "UCY"))
    await desk.tx.flush()
    shown = await card(desk, ticket)
    assert [button.label for button in shown.buttons] == labels
    assert {button.value for button in shown.buttons} == {"CH-1@0"}
    assert (shown.colour == GREY) == (ticket.status in {"resolved", "closed"} or ticket.priority is None)


async def test_the_menu_is_there_while_the_team_is_not_clear(desk: Desk, make_ticket: MakeTicket) -> None:
    unsure = await card(desk, await make_ticket(team_id=None))
    assert unsure.menu is not None
    assert [option.label for option in unsure.menu.options] == ["Platform"]
    assert (await card(desk, await make_ticket())).menu is None
    assert (await card(desk, await make_ticket(team_id=None, status="closed"))).menu is None


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
