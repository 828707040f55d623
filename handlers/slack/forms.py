"""The forms that ask for a reason: opened by a button, checked while open, then run as a command."""

import asyncio
import json
import re
from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from agent.commands import take_and_resolve
from agent.commands.grammar import Parsed, find_verb, reason_of
from agent.commands.registry import VERBS
from agent.commands.slots import LONGEST_REASON, SHORTEST_REASON
from bot.errors import UserError
from bot.events import SlackPress
from bot.messages import Button, Message
from bot.slack.blocks import option, plain_text
from bot.slack.client import CallFailed
from bot.slack.parse import parse
from handlers.context import Context
from handlers.slack import refuse
from handlers.slack.intake import Intake
from storage import people, tickets
from storage.tickets import Ticket

OPENS = "form:"
GLANCE_SECONDS = 1.0  # of the three that a trigger lives
SOLVED = ("Fixed in production", "Config change applied", "Not an issue", "User error")
QUICK = {
    "resolve": SOLVED,
    "take-and-resolve": SOLVED,
    "reopen": ("It happens again", "The fix was not deployed"),
}
TITLES = {"resolve": "Resolve", "take-and-resolve": "Resolve", "reopen": "Reopen"}


def form_for(press: SlackPress) -> dict[str, Any]:
    """The view of a button's action `form:VERB` or `form:VERB:CHOSEN`."""
    _, verb, *chosen = press.action.split(":")
    about = {
        "value": press.value,
        "channel_id": press.channel_id,
        "thread_ts": press.thread_ts or press.message_ts or None,
    }
    return {
        "type": "modal",
        "callback_id": verb,
        "title": plain_text(f"{TITLES[verb]} {press.value.partition('@')[0]}"[:24]),
        "submit": plain_text(TITLES[verb]),
        "close": plain_text("Cancel"),
        "private_metadata": json.dumps(about),
        "blocks": [_quick(verb, is_chosen=bool(chosen)), _reason()],
    }


def _quick(verb: str, *, is_chosen: bool) -> dict[str, Any]:
    options = [option(text, text) for text in QUICK[verb]]
    select: dict[str, Any] = {"type": "static_select", "action_id": "quick", "options": options}
    if is_chosen:
        select["initial_option"] = option("Not an issue", "Not an issue")
    return {"type": "input", "block_id": "quick", "optional": True, "label": plain_text("Reason"), "element": select}


def _reason() -> dict[str, Any]:
    text = {"type": "plain_text_input", "action_id": "reason", "multiline": True, "max_length": LONGEST_REASON - 100}
    return {
        "type": "input",
        "block_id": "reason",
        "optional": True,
        "label": plain_text("In your words"),
        "hint": plain_text("Goes on record and into the thread."),
        "element": text,
    }


async def instead(ctx: Context, press: SlackPress) -> Message | None:
    """What to offer before anybody fills in a form in vain; None: it may be opened. The command checks again.

    Raises:
        UserError: the form's command is not for this person, or its ticket is gone.
    """
    verb = find_verb(press.action.split(":")[1], VERBS)
    name = press.value.partition("@")[0]
    found = re.fullmatch(r"CH-(\d+)", name)
    async with ctx.db.read() as tx:
        person = await people.by_slack_id(tx, ctx.workspace_id, press.user_id)
        ticket = await tickets.by_number(tx, ctx.workspace_id, int(found.group(1))) if found else None
    if verb is None or ticket is None:
        raise UserError(f"There is no {name} any more.")
    insiders = await _insiders(ctx, ticket)
    if person is None or insiders is None:
        return None  # not known in time: the command will ask Slack and decide
    async with ctx.db.read() as tx:
        desk = await refuse.desk_of(ctx, press, tx, person, insiders=insiders)
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


def register(app: AsyncApp, ctx: Context, intake: Intake) -> None:
    @app.view(re.compile(".*"))
    async def keep(body: dict[str, Any], ack: AsyncAck) -> None:
        event = parse(body, bot_user_id=ctx.bot_user_id).event
        reason = reason_of(getattr(event, "fields", {}))
        if len(reason) < SHORTEST_REASON:
            await ack(response_action="errors", errors={"reason": "Pick a reason or write one: it goes on record."})
            return
        await intake.store(body)
        await ack()
