"""Who may run which verb: each cell is asked of bot/access.py, for a person and a ticket made for the question."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from agent.commands.registry import VERBS
from agent.commands.verb import Verb
from bot.access import Target, can
from bot.events import Actor

ME, SOMEBODY = 1, 2
TEAM, ANOTHER = 1, 2
YES, NO = "yes", "–"
OF_A_PERSON = ("capacity", "rotation", "away", "back")


@dataclass(frozen=True, kw_only=True)
class Row:
    """A verb, or what one does with these words; `about` is what it acts on."""

    line: str
    action: str
    about: Literal["ticket", "team", "person", "workspace"]


@dataclass(frozen=True, kw_only=True)
class Column:
    """Who asks, about a ticket of this team with these people."""

    name: str
    actor: Actor
    assignee_ids: frozenset[int]
    reporter_id: int

    def target(self, about: str) -> Target:
        if about == "person":
            return Target(person_id=SOMEBODY, team_ids=frozenset({TEAM}))
        if about != "ticket":
            return Target(team_id=TEAM if about == "team" else None)
        return Target(ticket_id=1, team_id=TEAM, assignee_ids=self.assignee_ids, reporter_id=self.reporter_id)


def _column(name: str, *, assignees: Collection[int] = (SOMEBODY,), reporter_id: int = SOMEBODY, **who: Any) -> Column:
    actor = Actor(person_id=ME, slack_id="U1", name=name, workspace_id="T1", **who)
    return Column(name=name, actor=actor, assignee_ids=frozenset(assignees), reporter_id=reporter_id)


COLUMNS = (
    _column("admin", is_admin=True),
    _column("manager", roles={TEAM: "manager"}),
    _column("manager of another team", roles={ANOTHER: "manager"}),
    _column("responder who has it", roles={TEAM: "responder"}, assignees=(ME,)),
    _column("responder, nobody has it", roles={TEAM: "responder"}, assignees=()),
    _column("responder, somebody has it", roles={TEAM: "responder"}),
    _column("responder of another team", roles={ANOTHER: "responder"}),
    _column("reporter", reporter_id=ME),
    _column("viewer"),
    _column("guest or external", is_outsider=True),
    _column("deactivated", is_active=False),
)
# Verbs that show something to everyone ask again for what changes it.
CHANGES = (
    Row(line="status CH-1 in progress", action="status", about="ticket"),
    Row(line="set CH-1 severity major", action="triage", about="ticket"),
    Row(line="hours team TEAM …", action="organise", about="team"),
    Row(line="hours workspace …", action="administer", about="workspace"),
    Row(line="holiday team TEAM …", action="organise", about="team"),
    Row(line="holiday workspace …", action="administer", about="workspace"),
    Row(line="sla set TEAM …", action="organise", about="team"),
    Row(line="ownership add … TEAM", action="organise", about="team"),
    Row(line="team create NAME", action="administer", about="workspace"),
    Row(line="team rename TEAM …", action="organise", about="team"),
    Row(line="team delete TEAM", action="administer", about="workspace"),
    Row(line="team set TEAM …", action="organise", about="team"),
    Row(line="team member add TEAM …", action="organise", about="team"),
    Row(line="team member add TEAM … manager", action="administer", about="workspace"),
    Row(line="person admin @someone on", action="administer", about="workspace"),
    Row(line="person show @someone", action="duty", about="person"),
    Row(line="person set @someone …", action="duty", about="person"),
    Row(line="person unlinked", action="administer", about="workspace"),
    Row(line="person ask @someone", action="administer", about="workspace"),
    Row(line="person import …", action="administer", about="workspace"),
    Row(line="channel team TEAM", action="organise", about="team"),
    Row(line="channel digest …", action="organise", about="team"),
    Row(line="remind @someone …", action="remind", about="workspace"),
    Row(line="summary TEAM", action="organise", about="team"),
    Row(line="channel allow …", action="administer", about="workspace"),
    Row(line="channel mute", action="organise", about="team"),
    Row(line="channel follow …", action="organise", about="team"),
    Row(line="channel tools …", action="organise", about="team"),
    Row(line="channel bots …", action="administer", about="workspace"),
    Row(line="group link ORG/TEAM TEAM", action="administer", about="workspace"),
    Row(line="group link @group TEAM", action="organise", about="team"),
    Row(line="group link ORG/TEAM @group", action="administer", about="workspace"),
    Row(line="group apply …", action="organise", about="team"),
    Row(line="link github LOGIN @someone", action="administer", about="workspace"),
    Row(line="unlink github @someone", action="administer", about="workspace"),
    Row(line="budget @someone", action="duty", about="person"),
    Row(line="budget set …", action="administer", about="workspace"),
    *(Row(line=f"{name} @someone …", action="duty", about="person") for name in OF_A_PERSON),
)


def rows() -> Sequence[Row]:
    """Every verb of the registry, and what some of them ask for besides."""
    verbs = [Row(line=verb.name, action=verb.action, about=_about(verb)) for verb in VERBS]
    return [*verbs, *CHANGES]


def _about(verb: Verb) -> Literal["ticket", "workspace"]:
    return "ticket" if verb.is_about_ticket else "workspace"


def matrix() -> list[tuple[str, ...]]:
    """The table: its head, then a line for each row."""
    head = ("", *(column.name for column in COLUMNS))
    return [head, *((f"`{row.line}`", *(_cell(row, column) for column in COLUMNS)) for row in rows())]


def _cell(row: Row, column: Column) -> str:
    return YES if can(column.actor, row.action, column.target(row.about)) else NO


def read(page: str) -> list[tuple[str, ...]]:
    """The same table as it stands between its marks on a page; empty when there is none."""
    text = page.partition("<!-- matrix -->\n")[2].partition("<!-- /matrix -->")[0]
    lines = [tuple(cell.strip() for cell in line.strip().strip("|").split("|")) for line in text.splitlines()]
    return [line for line in lines if set(line) != {"---"}]
