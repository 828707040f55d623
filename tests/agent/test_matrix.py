"""Every verb, run by every kind of person, is refused to those to whom docs/design.md 7 does not give it."""

from dataclasses import replace
from pathlib import Path

import pytest

from agent.commands import take_and_resolve
from agent.commands.registry import VERBS
from agent.commands.run import run_line
from agent.desk import Desk
from agent.matrix import CHANGES, NO, YES, matrix, read
from agent.people.admit import actor_of
from bot.errors import Refused, UserError
from bot.events import Place, Surface
from storage import people
from storage.group_links import GroupLink
from storage.people import Person, RoleName, Team
from storage.tickets import Assignment
from tests.agent.conftest import NOW, MakeTicket

PAGE = read((Path(__file__).parents[2] / "docs" / "design.md").read_text(encoding="utf-8"))
PEOPLE = PAGE[0][1:]
LINES = {f"`{verb.name}`": verb.example for verb in VERBS} | {
    "`status`": "status CH-1",
    "`sla`": "sla",
    "`ownership`": "ownership",
    "`team`": "team",
    "`channel`": "channel",
    "`person`": "person show <@UME>",
    "`unlink`": "unlink github",
    "`link`": "link github octocat",
    "`undo`": "undo CH-1",
    "`approve`": "approve P-99",  # what it does has rows of its own
    "`deny`": "deny P-99 not now",
    "`who`": "who can close CH-1",
    "`why`": "why CH-1",
    "`status CH-1 in progress`": "status CH-1 in progress",
    "`set CH-1 severity major`": "set CH-1 severity major",
    "`hours team TEAM …`": "hours team Platform Mon-Fri 9-18",
    "`hours workspace …`": "hours workspace Mon-Fri 9-18",
    "`holiday team TEAM …`": "holiday team Platform add 2026-12-24",
    "`holiday workspace …`": "holiday workspace add 2026-12-24",
    "`sla set TEAM …`": "sla set Platform high ack=2h",
    "`ownership add … TEAM`": "ownership add keyword disk Platform",
    "`team create NAME`": "team create Search",
    "`team rename TEAM …`": "team rename Platform to Platform",
    "`team delete TEAM`": "team delete Payments",
    "`team set TEAM …`": "team set Platform capacity 5",
    "`team member add TEAM …`": "team member add Platform <@UCY> viewer",
    "`team member add TEAM … manager`": "team member add Platform <@UCY> manager",
    "`person admin @someone on`": "person admin <@UCY> on",
    "`person show @someone`": "person show <@UCY>",
    "`person set @someone …`": "person set <@UCY> language de",
    "`person unlinked`": "person unlinked",
    "`person ask @someone`": "person ask <@UCY>",
    "`person import …`": "person import slack_id\nUCY",
    "`channel team TEAM`": "channel team Platform",
    "`channel digest …`": "channel digest on",
    "`summary`": "summary",
    "`group`": "group list",
    "`remind @someone …`": "remind <@UCY> to look in 2h",
    "`summary TEAM`": "summary Platform",
    "`channel allow …`": "channel allow guests",
    "`channel mute`": "channel mute",
    "`channel follow …`": "channel follow threads",
    "`channel tools …`": "channel tools own",
    "`channel bots …`": "channel bots allow B0ALERTS",
    "`group link ORG/TEAM TEAM`": "group link acme/platform Platform",
    "`group link @group TEAM`": "group link <!subteam^S1> Platform",
    "`group link ORG/TEAM @group`": "group link acme/platform <!subteam^S1>",
    "`group apply …`": "group apply acme/crew",
    "`link github LOGIN @someone`": "link github octocat <@UCY>",
    "`unlink github @someone`": "unlink github <@UCY>",
    "`budget @someone`": "budget <@UCY>",
    "`budget set …`": "budget set workspace 20M",
    "`capacity @someone …`": "capacity <@UCY> 5",
    "`rotation @someone …`": "rotation <@UCY> off",
    "`away @someone …`": "away <@UCY> 3d",
    "`back @someone …`": "back <@UCY>",
}
ROLES: dict[str, tuple[str, RoleName]] = {
    "manager": ("Platform", "manager"),
    "manager of another team": ("Payments", "manager"),
    "responder who has it": ("Platform", "responder"),
    "responder, nobody has it": ("Platform", "responder"),
    "responder, somebody has it": ("Platform", "responder"),
    "responder of another team": ("Payments", "responder"),
}


async def somebody(desk: Desk, who: str) -> Person:
    """A person of this kind."""
    desk.tx.add(Team(workspace_id="T1", name="Payments", slug="payments", created_at=NOW))
    one = Person(workspace_id="T1", slack_id="UME", name="me", created_at=NOW, refreshed_at=NOW)
    one.is_admin, one.is_outsider, one.is_active = who == "admin", who == "guest or external", who != "deactivated"
    desk.tx.add(one)
    platform = await people.team_named(desk.tx, "Platform")
    assert platform
    crew = {"source": "acme/crew", "name": "acme/crew", "team_id": platform.id}
    desk.tx.add(GroupLink(workspace_id="T1", created_at=NOW, **crew))
    await desk.tx.flush()
    if who in ROLES:
        name, role = ROLES[who]
        team = await people.team_named(desk.tx, name)
        assert team
        await people.give_role(desk.tx, one, team, role=role)
        await desk.tx.flush()
    return one


async def is_refused(desk: Desk, line: str) -> bool:
    """A mistake in the line, or that there is nothing to do, is no refusal; that there is no such ticket is one, and
    so is the offer to do something else instead."""
    try:
        answer = await run_line(desk, line)
    except Refused as refusal:
        return refusal.denial is not None
    except UserError as mistake:
        return str(mistake).startswith("There is no CH-")
    return any(button.action == take_and_resolve.VERB.name for button in answer.message.buttons)


@pytest.mark.parametrize(
    ("who", "surface"),
    [
        *((who, "mention") for who in PEOPLE),
        # Whatever way it comes, it is the same function; one who may do some things and not others shows it.
        *(("responder, somebody has it", surface) for surface in ("dm", "slash", "button", "form", "cli", "github")),
    ],
)
async def test_each_verb_is_for_those_whom_the_page_names(
    desk: Desk, make_ticket: MakeTicket, who: str, surface: Surface
) -> None:
    me = await somebody(desk, who)
    mine = replace(desk, actor=await actor_of(desk.tx, me), surface=surface)
    cy = await people.the(desk.tx, "T1", "UCY")
    assignee = {"responder who has it": me, "responder, nobody has it": None}.get(who, cy)
    found = {}
    for name, line in LINES.items():
        ticket = await make_ticket(reporter_id=me.id if who == "reporter" else cy.id)
        if assignee:
            desk.tx.add(Assignment(workspace_id="T1", ticket_id=ticket.id, person_id=assignee.id, assigned_at=NOW))
            await desk.tx.flush()
        said = replace(mine, place=Place(channel_id="C1", thread_ts=ticket.thread_ts, message_ts=f"{ticket.number}.2"))
        found[name] = NO if await is_refused(said, line.replace("CH-1", ticket.name)) else YES
    column = PAGE[0].index(who)
    assert found == {row[0]: row[column] for row in PAGE[1:]}


def test_the_page_has_a_row_for_every_verb_and_for_what_they_change() -> None:
    assert [row[0] for row in PAGE[1:]] == list(LINES)
    assert [f"`{row.line}`" for row in CHANGES] == list(LINES)[len(VERBS) :]
    assert matrix()[0] == PAGE[0]
