"""What is there before a case is told: its tickets, what was said, and what people call themselves."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from bot.clock import utc_now
from bot.sandbox.trial.cases import Case, Report
from bot.sandbox.trial.town import Town
from storage import people, tickets
from storage.comments import Comment
from storage.database import Tx
from storage.tickets import Ticket

TEAM = "Platform"


@asynccontextmanager
async def furnished(town: Town, case: Case) -> AsyncIterator[str | None]:
    """The timestamp of the thread in which it is asked, if it is in one; afterwards people have their names again."""
    town.names.clear()
    async with town.db.write() as tx:
        for name, report in case.tickets.items():
            town.names[name] = await _reported(town, tx, case, report)
    await _name(town, case.called)
    try:
        thread_ts = None
        for said in case.thread:
            for who, words in said.items():
                ts = await town.slack.say(who, case.channel, town.filled(words), thread_ts=thread_ts)
                thread_ts = thread_ts or ts
        await town.settle()
        yield thread_ts
    finally:
        await _name(town, {name: name for name in case.called})


async def _reported(town: Town, tx: Tx, case: Case, report: Report) -> str:
    """A ticket, put on record as it stands: what is tried is what comes of its words later. Its name."""
    workspace_id = town.slack.workspace_id
    where = town.slack.channel(case.channel)
    team = await people.team_named(tx, TEAM)
    ticket = Ticket(
        workspace_id=workspace_id,
        number=await tickets.next_number(tx, workspace_id),
        title=report.title,
        description=report.text or report.title,
        priority="low",
        team_id=team.id if team else None,
        reporter_id=await _id_of(town, tx, report.by),
        source="slash",
        channel_id=where.id,
        channel_name=where.name,
        created_at=utc_now(),
    )
    tx.add(ticket)
    await tx.flush()
    for who, words in ((who, words) for said in report.comments for who, words in said.items()):
        author_id = await _id_of(town, tx, who)
        assert author_id is not None  # everybody has spoken once
        tx.add(
            Comment(
                workspace_id=workspace_id, ticket_id=ticket.id, author_id=author_id, text=words, created_at=utc_now()
            )
        )
    return ticket.name


async def _id_of(town: Town, tx: Tx, name: str) -> int | None:
    person = await people.by_slack_id(tx, town.slack.workspace_id, town.slack.user(name).id)
    return person.id if person else None


async def _name(town: Town, called: Mapping[str, str]) -> None:
    if not called:
        return
    async with town.db.write() as tx:
        for name, new in called.items():
            person = await people.by_slack_id(tx, town.slack.workspace_id, town.slack.user(name).id)
            assert person is not None  # as above
            person.name = new
