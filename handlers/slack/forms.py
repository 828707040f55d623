"""The forms of tickets: opened by a button, checked while open, then run as a command."""

import asyncio
import re
from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from agent.commands import take_and_resolve
from agent.commands.grammar import Parsed, find_verb
from agent.commands.registry import VERBS
from agent.commands.verb import Slot, Verb
from agent.desk import Desk
from agent.forms import deny as denial
from agent.forms import open as opening
from agent.forms.kind import FormKind
from agent.forms.table import form_of
from agent.pressed import UNKNOWN
from bot.errors import UserError
from bot.events import SlackForm, SlackPress
from bot.forms import Form
from bot.messages import Button, Message
from bot.slack.client import CallFailed
from bot.slack.parse import parse
from handlers.context import Context
from handlers.slack import refuse
from handlers.slack.intake import Intake
from storage import people
from storage.tickets import Ticket

OPENS = "form:"
GLANCE_SECONDS = 1.0  # of the three that a trigger lives


async def opened(ctx: Context, press: SlackPress) -> Form | Message:
    """The form of a button's action `form:VERB` or `form:VERB:CHOSEN`, or what to offer in its place.

    Raises:
        UserError: the form's command is not for this person, or its ticket is gone.
    """
    _, name, *chosen = press.action.split(":")
    kind, verb = form_of(name), find_verb(name, VERBS)
    about = {"value": press.value, "channel_id": press.channel_id, "thread_ts": press.thread_ts or press.message_ts}
    async with ctx.db.read() as tx:
        person = await people.by_slack_id(tx, ctx.workspace_id, press.user_id)
        if verb and Slot.PROPOSAL in verb.takes:  # its command knows who decides
            actor = await refuse.actor_for(tx, person) if person else None
            return await denial.form(refuse.desk_of(ctx, press, tx, actor), press.value, about=about)
        ticket, _ = await opening.ticket_of(refuse.desk_of(ctx, press, tx, None), press.value)
    if kind is None or verb is None:
        raise UserError(UNKNOWN)
    if ticket is None:
        raise UserError(f"There is no {press.value.partition('@')[0]} any more.")
    insiders = await _insiders(ctx, ticket)
    is_known = person is not None and insiders is not None
    if kind.shows_ticket and not is_known:
        raise UserError("Slack did not tell me in time who may see that. Please press again.")
    async with ctx.db.read() as tx:
        actor = await refuse.actor_for(tx, person) if is_known else None
        desk = refuse.desk_of(ctx, press, tx, actor, insiders=insiders)
        if is_known and (offer := await _instead(desk, ticket, kind, verb, press)):
            return offer  # without a person to ask about the command will ask Slack, and decide
        return await opening.form_for(desk, kind, ticket, chosen="".join(chosen), about=about)


async def _instead(desk: Desk, ticket: Ticket, kind: FormKind, verb: Verb, press: SlackPress) -> Message | None:
    """What to offer before anybody fills in a form in vain; None: it may be opened. The command checks again."""
    both = Button(label="Claim and resolve…", action=f"{OPENS}{take_and_resolve.VERB.name}", value=press.value)
    if offers := await take_and_resolve.offer(desk, ticket, Parsed(verb=verb), button=both):
        return offers.message
    await desk.check(verb.action, ticket, doing=f"{verb.name} {ticket.name}")
    return None


async def _insiders(ctx: Context, ticket: Ticket) -> Mapping[str, frozenset[str]] | None:
    """Who may see the ticket if it is private; None when Slack does not say while there is time to open a form."""
    try:
        async with asyncio.timeout(GLANCE_SECONDS):
            return await ctx.directory.insiders({ticket.channel_id} if ticket.is_private else set())
    except (TimeoutError, CallFailed):
        return None


async def _problems(ctx: Context, form: SlackForm) -> dict[str, str]:
    """What is wrong with a submitted form, by field."""
    async with ctx.db.read() as tx:
        ticket, _ = await opening.ticket_of(refuse.desk_of(ctx, form, tx, None), opening.target_of(form))
    insiders = await _insiders(ctx, ticket) if ticket else None
    async with ctx.db.read() as tx:
        person = await people.by_slack_id(tx, ctx.workspace_id, form.user_id)
        actor = await refuse.actor_for(tx, person) if insiders is not None else None
        desk = refuse.desk_of(ctx, form, tx, actor, insiders=insiders)
        return await opening.problems(desk, form.action, opening.target_of(form), form.fields)


def register(app: AsyncApp, ctx: Context, intake: Intake) -> None:
    @app.view(re.compile(".*"))
    async def keep(body: dict[str, Any], ack: AsyncAck) -> None:
        event = parse(body, bot_user_id=ctx.bot_user_id).event
        if isinstance(event, SlackForm) and (errors := await _problems(ctx, event)):
            await ack(response_action="errors", errors=errors)
            return
        await intake.store(body)
        await ack()
