"""Forms: opened by a button, checked while open, then run as commands."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from agent.commands import take_and_resolve
from agent.commands.doing import doing
from agent.commands.grammar import Parsed, find_verb
from agent.commands.pressed import UNKNOWN
from agent.commands.registry import VERBS
from agent.commands.verb import Slot, Verb
from agent.desk import Desk
from agent.forms import deny as denial
from agent.forms import open as opening
from agent.forms import remind as reminding
from agent.forms import track as tracking
from agent.forms.kind import FormKind
from agent.forms.table import form_of, open_form_of
from agent.language import of_person
from agent.proposals import amend, in_full
from agent.proposals.editable import AMEND, WHOLE
from bot.errors import Stray, UserError
from bot.events import Place, SlackForm, SlackPress
from bot.forms import Form
from bot.messages import Button, Message
from bot.shortcuts import NEW, SlackShortcut
from bot.slack.blocks import OPENS
from bot.slack.client import CallFailed
from bot.slack.modal import render_form
from bot.slack.parse import parse
from handlers.context import Context
from handlers.slack import refuse
from handlers.slack.intake import Intake
from prompts.words import fixed, say, speaking
from storage import people
from storage.tickets import Ticket

GLANCE_SECONDS = 1.0  # of the three that a trigger lives
OF_PROPOSALS = {AMEND: amend.form, WHOLE: in_full.form}
NOT_IN_TIME = fixed("Slack did not tell me in time who may see that. Please press again.")


async def opened(ctx: Context, press: SlackPress) -> Form | Message:
    """The form of a button's action `form:VERB` or `form:VERB:CHOSEN`, or what to offer in its place.

    Raises:
        UserError: the form's command is not for this person. Stray: its ticket is gone, or there is no such form.
    """
    _, name, *chosen = press.action.split(":")
    kind, verb = form_of(name), find_verb(name, VERBS)
    press = replace(press, value=press.choice or press.value)
    about = {"value": press.value, "channel_id": press.channel_id, "thread_ts": press.thread_ts or press.message_ts}
    if name in OF_PROPOSALS:
        return await _of_proposal(ctx, press, OF_PROPOSALS[name], about)
    async with ctx.db.read() as tx:
        person = await people.by_slack_id(tx, ctx.workspace_id, press.user_id)
        desk = refuse.desk_of(ctx, press, tx, await refuse.actor_for(tx, person))
        if form := await _about_no_ticket(desk, name, verb, press, about):
            return form
        ticket, _ = await opening.ticket_of(refuse.desk_of(ctx, press, tx, None), press.value)
    if kind is None or verb is None:
        raise Stray(say(UNKNOWN))
    if ticket is None:
        raise Stray(say("There is no {ticket} any more.", ticket=press.value.partition("@")[0]))
    insiders = await _insiders(ctx, _room(ticket))
    is_known = person is not None and insiders is not None
    if (kind.shows_ticket or ticket.is_private) and not is_known:
        raise UserError(say(NOT_IN_TIME))
    async with ctx.db.read() as tx:
        actor = await refuse.actor_for(tx, person) if is_known else None
        desk = refuse.desk_of(ctx, press, tx, actor, insiders=insiders)
        if is_known and (offer := await _instead(desk, ticket, kind, verb, press)):
            return offer  # without a person to ask about the command will ask Slack, and decide
        return await opening.form_for(desk, kind, ticket, chosen="".join(chosen), about=about)


async def _of_proposal(
    ctx: Context, press: SlackPress, form: Callable[..., Awaitable[Form]], about: Mapping[str, str | None]
) -> Form:
    """The form that edits what waits for approval, or shows all of it.

    Raises:
        UserError: Slack does not say who may see it. Stray: it is none of theirs, or decided. Refused: they may not.
    """
    insiders = await _insiders(ctx, await _rooms(ctx, press.value))
    if insiders is None:
        raise UserError(say(NOT_IN_TIME))
    async with ctx.db.read() as tx:
        person = await people.by_slack_id(tx, ctx.workspace_id, press.user_id)
        desk = refuse.desk_of(ctx, press, tx, await refuse.actor_for(tx, person), insiders=insiders)
        return await form(_there(desk, press), press.value, about=about)


async def _rooms(ctx: Context, value: str) -> set[str]:
    """The private channel whose members alone may know of a proposal."""
    async with ctx.db.read() as tx:
        room = await amend.room_of(tx, ctx.workspace_id, value)
    return {room} if room else set()


async def _about_no_ticket(
    desk: Desk, name: str, verb: Verb | None, press: SlackPress, about: Mapping[str, str | None]
) -> Form | None:
    """The form of a proposal, a reminder, a new ticket, or one of settings and people."""
    if verb and Slot.PROPOSAL in verb.takes:  # its command knows who decides
        return await denial.form(_there(desk, press), press.value, about=about)
    if desk.actor is None:
        return None
    if verb and Slot.REMINDERS in verb.takes:
        return await reminding.change_form(
            replace(desk, place=Place(channel_id=press.channel_id)), press.value, about=about
        )
    if name == NEW:
        shortcut = SlackShortcut(name=NEW, user_id=press.user_id, trigger_id=press.trigger_id)
        form = await tracking.form(desk, shortcut, is_here=False)
        return replace(form, about={**form.about, "channel_id": press.channel_id})
    kind = open_form_of(name)
    return await opening.open_form_for(desk, kind, press.value, about=about) if kind else None


def _there(desk: Desk, press: SlackPress) -> Desk:
    """The desk with the message that the button stands on."""
    place = Place(channel_id=press.channel_id, thread_ts=press.thread_ts, message_ts=press.message_ts)
    return replace(desk, place=place)


async def _instead(desk: Desk, ticket: Ticket, kind: FormKind, verb: Verb, press: SlackPress) -> Message | None:
    """What to offer before anybody fills in a form in vain; None: it may be opened. The command checks again."""
    if not await desk.sees(ticket):  # even its number is none of their business
        raise Stray(say("There is no {ticket} any more.", ticket=ticket.name))
    both = Button(label=say("Claim and resolve…"), action=f"{OPENS}{take_and_resolve.VERB.name}", value=press.value)
    if offers := await take_and_resolve.offer(desk, ticket, Parsed(verb=verb), button=both):
        return offers.message
    await desk.check(verb.action, ticket, doing=doing(verb.name, ticket.name))
    return None


def _room(ticket: Ticket | None) -> set[str]:
    """The private channel whose members alone may know of a ticket."""
    return {ticket.channel_id} if ticket and ticket.is_private else set()


async def _insiders(ctx: Context, rooms: set[str]) -> Mapping[str, frozenset[str]] | None:
    """Who is in these channels; None when Slack does not say while there is time to open a form."""
    try:
        async with asyncio.timeout(GLANCE_SECONDS):
            return await ctx.directory.insiders(rooms)
    except (TimeoutError, CallFailed):
        return None


async def _reaction(ctx: Context, form: SlackForm) -> dict[str, Any]:
    """What is shown in a form's place: what is wrong with it by field, or the form that it leads to."""
    async with ctx.db.read() as tx:
        ticket, _ = await opening.ticket_of(refuse.desk_of(ctx, form, tx, None), opening.target_of(form))
    rooms = await _rooms(ctx, form.value) if form.action == AMEND else _room(ticket)
    insiders = await _insiders(ctx, rooms)
    async with ctx.db.read() as tx:
        person = await people.by_slack_id(tx, ctx.workspace_id, form.user_id)
        actor = await refuse.actor_for(tx, person) if insiders is not None else None
        desk = refuse.desk_of(ctx, form, tx, actor, insiders=insiders)
        with speaking(await of_person(desk, person.id if person else None)):
            return await _said_in_place(desk, form)


async def _said_in_place(desk: Desk, form: SlackForm) -> dict[str, Any]:
    try:
        if further := await opening.leads_to(desk, form):
            return {"response_action": "update", "view": render_form(further)}
        errors = await opening.problems(desk, form)
    except UserError:  # the command says it, with a record
        return {}
    return {"response_action": "errors", "errors": errors} if errors else {}


def register(app: AsyncApp, ctx: Context, intake: Intake) -> None:
    @app.view(re.compile(".*"))
    async def keep(body: dict[str, Any], ack: AsyncAck) -> None:
        event = parse(body, bot_user_id=ctx.bot_user_id).event
        if isinstance(event, SlackForm) and (reaction := await _reaction(ctx, event)):
            await ack(**reaction)
            return
        await intake.store(body)
        await ack()
