"""A message was rewritten or deleted: the ticket, comment or waiting report made of it follows, or says so."""

from agent.conversation import report_of
from agent.desk import Desk
from agent.memory import heard
from agent.notices import notify
from agent.reports import direct
from agent.reports.held import edit_held
from agent.reports.named_team import without_team
from agent.reports.report import rewritten
from agent.turns.edits import drop_said, drop_turn, edit_said, edit_turn
from bot.events import SlackDelete, SlackEdit
from prompts.words import fixed, phrase
from storage import comments, tickets, turns, turns_about
from storage.comments import Comment
from storage.tickets import Ticket


async def edited(desk: Desk, event: SlackEdit, text: str, *, delivery_id: int) -> None:
    """The author rewrote a message; `text` no longer has the mention of the bot. Never a second ticket."""
    await heard.reword(desk, event.channel_id, event.ts, text)
    if ticket := await tickets.by_message(desk.tx, event.channel_id, event.ts):
        await _describe(desk, ticket, await without_team(desk, report_of(text)))
    elif comment := await comments.by_message(desk.tx, event.channel_id, event.ts):
        said = report_of(text, in_thread=True)
        _reword(desk, comment, await without_team(desk, said) if comment.is_report else said)
    elif turn := await turns.by_message(desk.tx, event.channel_id, event.ts):
        await edit_turn(desk, turn, text, ts=event.edited_ts)
    elif turn := await turns_about.followed_up(desk.tx, event.channel_id, event.ts):
        await edit_said(desk, turn, text, ts=event.ts)
    elif not await edit_held(desk, event.channel_id, event.ts, report_of(text)):
        said = report_of(text)
        before = await direct.edit_pending(desk, event.user_id, event.ts, said)
        if before is not None:
            desk.audit("edit", "message", delivery_id, before={"text": before}, after={"text": said})


async def _describe(desk: Desk, ticket: Ticket, text: str) -> None:
    before = ticket.description
    ticket.description = rewritten(before, text)
    ticket.version += 1
    desk.audit("edit", "ticket", ticket.id, before={"description": before}, after={"description": ticket.description})
    if ticket.triage_source:  # before that there is no card to change
        await notify.show_card(desk, ticket, change=phrase("the report was edited"))


def _reword(desk: Desk, comment: Comment, text: str) -> None:
    before, comment.text = comment.text, rewritten(comment.text, text)
    desk.audit("edit", "comment", comment.id, before={"text": before}, after={"text": comment.text})


async def deleted(desk: Desk, event: SlackDelete, *, delivery_id: int) -> None:
    """A message is gone: a ticket made of it stays and says so, a report that waits for its team is dropped."""
    await heard.remove(desk, event.channel_id, event.ts)
    if ticket := await tickets.by_message(desk.tx, event.channel_id, event.ts):
        desk.audit("report deleted", "ticket", ticket.id, before={}, after={})
        stays = fixed("The report was deleted in Slack; {ticket} stays. `close {ticket} …` with a reason ends it.")
        await notify.say_in_thread(desk, ticket, phrase(stays, ticket=ticket.name), name="deleted")
    elif comment := await comments.by_message(desk.tx, event.channel_id, event.ts):
        comment.deleted_at = desk.now
        desk.audit("delete", "comment", comment.id, before={"text": comment.text}, after={})
    elif turn := await turns.by_message(desk.tx, event.channel_id, event.ts):
        await drop_turn(desk, turn)
    elif turn := await turns_about.followed_up(desk.tx, event.channel_id, event.ts):
        await drop_said(desk, turn, ts=event.ts)
    elif await direct.drop_pending(desk, event.user_id, event.ts):
        desk.audit("cancelled", "message", delivery_id, before={}, after={"why": "deleted"})
