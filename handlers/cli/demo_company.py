"""The two teams that the demo starts with; alice may do everything."""

from dataclasses import replace

from agent.desk import Desk
from agent.people.organise import PersonFacts, TeamFacts, add_person, add_team, give_role
from bot.sandbox.slack import SlackSandbox
from bot.settings import Settings
from handlers.cli.desk import operator
from storage import workspace
from storage.people import RoleName, Team

PLATFORM = TeamFacts(
    description="Servers, databases, queues and deployments: whatever everything else runs on.",
    keywords=("redis", "kafka", "postgres", "database", "kubernetes", "deploy", "disk", "dns"),
    components=("redis", "postgres", "kafka", "ci"),
)
PAYMENTS = TeamFacts(
    description="Checkout, invoices and refunds: everything that moves money.",
    keywords=("checkout", "invoice", "refund", "stripe", "payment", "card"),
    components=("checkout", "billing"),
)
MEMBERS: dict[str, dict[str, RoleName]] = {
    "Platform": {"alice": "manager", "bob": "responder", "carol": "responder"},
    "Payments": {"erin": "manager", "dave": "responder"},
}


async def found(settings: Settings, slack: SlackSandbox) -> None:
    """Add the teams and their people, as `team add` and `person add` would."""
    async with operator(settings, may_be_first=True) as desk:
        await workspace.adopt(desk.tx, slack.workspace_id)
    async with operator(settings) as desk:
        platform = await add_team(desk, "Platform", replace(PLATFORM, channel_id=slack.channel("#ops").id))
        payments = await add_team(desk, "Payments", replace(PAYMENTS, channel_id=slack.channel("#payments").id))
        for team in (platform, payments):
            await _staff(desk, slack, team)


async def _staff(desk: Desk, slack: SlackSandbox, team: Team) -> None:
    for who, role in MEMBERS[team.name].items():
        user = slack.user(who)
        person = await add_person(desk, user.id, PersonFacts(name=user.name, is_admin=user.is_admin))
        await give_role(desk, person, team, role=role)
