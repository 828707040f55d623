"""Triage as a job: the model when there is one, rules when there is none, when it fails, or while it is slow."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace

from agent.desk import Desk
from agent.language import of_ticket
from agent.notices import notify
from agent.reports.report import to_judge
from agent.triage import model as by_model
from agent.triage import rules
from agent.triage.model import Judged
from agent.triage.place import Reading, improve, place
from agent.triage.profiles import profiles
from agent.triage.schema import Report, TeamProfile, Triage
from agent.triage.trust import trusted
from bot.errors import ModelError
from bot.slack.channels import Channel
from bot.worker import Run
from handlers.context import Context
from handlers.jobs.asked import ask_rests, system_desk
from prompts.words import say, speaking
from storage import channels, tickets
from storage.database import Tx
from storage.tickets import Ticket

Insiders = Mapping[str, frozenset[str]]


@dataclass(frozen=True, kw_only=True)
class _Found:
    """What Slack says of the place the ticket lives in."""

    channel: Channel
    permalink: str | None


async def triage(ctx: Context, run: Run) -> None:
    """Place the ticket. A slow model's answer improves what the rules did, in place."""
    ticket_id = int(run.job.args["ticket_id"])
    async with ctx.db.read() as tx:
        ticket = await tickets.get(tx, ticket_id)
        desk = system_desk(ctx, run, tx)
        teams = await profiles(desk, channel_id=ticket.channel_id)
        report = await to_judge(desk, ticket)
        language = await of_ticket(desk, ticket)
    with speaking(language):  # its card will say why
        await _judge(ctx, run, ticket, report, teams)


async def _judge(ctx: Context, run: Run, ticket: Ticket, report: Report, teams: list[TeamProfile]) -> None:
    channel = await ctx.directory.channel(ticket.channel_id)
    insiders = await ctx.directory.insiders({ticket.channel_id} if ticket.is_private else set())
    await ask_rests(ctx)
    found = _Found(channel=channel, permalink=ticket.permalink or await _permalink(ctx, ticket))
    judged = rules.triage(report, teams, floor=ctx.settings.team_floor)
    if ctx.model is None:
        reading = Reading(triage=judged, source="rules", note=say("no model configured"))
        async with run.finishing() as tx:
            await _place(_desk(ctx, run, tx, insiders), ticket.id, reading, found)
        return
    async with asyncio.TaskGroup() as tasks:
        asking = tasks.create_task(_ask_model(ctx, report, teams, ticket))
        await asyncio.wait({asking}, timeout=ctx.settings.llm_patience_seconds)
        if not asking.done():
            early = Reading(triage=judged, source="rules", note=say("the model is slow; its reading may follow"))
            async with ctx.db.write() as tx:
                await _place(_desk(ctx, run, tx, insiders, part=":early"), ticket.id, early, found)
        answer = await asking
    reading = _reading(report, judged, answer)
    async with run.finishing() as tx:
        await _place(_desk(ctx, run, tx, insiders), ticket.id, reading, found)


async def _permalink(ctx: Context, ticket: Ticket) -> str | None:
    """Of a report whose message was not at hand when its ticket was opened, as when a button was pressed for it."""
    return await ctx.directory.permalink(ticket.channel_id, ticket.message_ts) if ticket.message_ts else None


def _reading(report: Report, judged: Triage, answer: Judged | str) -> Reading:
    """What counts: the model's answer as far as it can be trusted, or the rules where there is none."""
    if isinstance(answer, str):
        return Reading(triage=judged, source="rules", note=answer)
    triage, note = trusted(answer.triage, judged, report=report)
    return Reading(triage=triage, source="model", model=answer.model, note=note)


async def _ask_model(ctx: Context, report: Report, teams: list[TeamProfile], ticket: Ticket) -> Judged | str:
    """The model's reading, or why there is none."""
    assert ctx.model is not None  # triage() has checked
    try:
        return await by_model.triage(
            report,
            teams,
            model=ctx.model,
            deadline=ctx.settings.llm_deadline_seconds,
            max_tokens=ctx.settings.llm_max_tokens,
            is_private=ticket.was_said_in_private,
            person_id=ticket.reporter_id,
        )
    except ModelError as error:
        return str(error)


async def _place(desk: Desk, ticket_id: int, reading: Reading, found: _Found) -> None:
    ticket = await tickets.get(desk.tx, ticket_id)
    ticket.permalink = found.permalink
    if not ticket.channel_name:  # it came by direct message and lives in its team's channel
        followed = await channels.known(desk.tx, desk.workspace_id, ticket.channel_id)
        is_locked = followed is not None and followed.is_private  # what was remembered of it may be older
        ticket.channel_name, ticket.is_private = found.channel.name, found.channel.is_private or is_locked
    if ticket.triage_source is None:
        await place(desk, ticket, reading)
    elif reading.source == "model":
        await improve(desk, ticket, reading)
    elif ticket.triage_note != reading.note:
        await _say_why(desk, ticket, reading)


async def _say_why(desk: Desk, ticket: Ticket, reading: Reading) -> None:
    """Rules placed it early and the model failed in the end: only the card's note changes."""
    ticket.triage_note = reading.note
    await notify.show_card(desk, ticket)


def _desk(ctx: Context, run: Run, tx: Tx, insiders: Insiders, *, part: str = "") -> Desk:
    desk = system_desk(ctx, run, tx)
    is_silent = bool(run.job.args.get("is_silent"))
    return replace(desk, insiders=insiders, key=desk.key + part, is_silent=is_silent)
