"""`reminders`: what is planned for you and your tickets, when, and why."""

from agent import notify
from agent.commands.verb import Reply, Said, Verb, text_reply
from agent.desk import Desk
from agent.digest.plan import DAILY
from agent.holding import FLUSH
from agent.nudges.plan import AGAIN, MANAGERS
from bot.messages import escape, moment
from storage import reminders, tickets
from storage.reminders import Reminder

SHOWN = 20
STEPS = {
    "warn": "you hear that the deadline is near",
    "breach": "the deadline passes, and you hear so",
    "managers": "managers hear that it passed",
    "channel": "the team's channel hears that it passed",
    "admins": "admins hear that it passed",
    "wake": "it is back",
    "expires": "what you asked for expires",
    AGAIN: "nobody does anything with it, and whose turn it is hears so",
    MANAGERS: "nobody does anything with it, and managers hear so",
    FLUSH: "you hear what was held back for you",
    DAILY: "your daily digest",
}


async def list_reminders(desk: Desk, said: Said) -> Reply:
    """The next ones of the asker, each with its reason."""
    coming = await reminders.coming(desk.tx, desk.asker.person_id)
    lines = [line for reminder in coming[:SHOWN] if (line := await _line(desk, reminder))]
    if not lines:
        return text_reply("Nothing is planned for you.", is_private=True)
    more = [f"… and {len(coming) - SHOWN} more"] if len(coming) > SHOWN else []
    return text_reply("\n".join(["*What is planned for you*", *lines, *more]), is_private=True)


async def _line(desk: Desk, reminder: Reminder) -> str:
    """Nothing of a ticket that the asker may no longer see."""
    what = STEPS[reminder.step]
    if reminder.ticket_id:
        ticket = await tickets.get(desk.tx, reminder.ticket_id)
        if not await desk.sees(ticket):
            return ""
        what = f"{notify.headline(ticket)}: {what}"
    return f"• {moment(reminder.due_at)} {what} ({escape(reminder.reason)})"


VERB = Verb(
    name="reminders",
    takes=(),
    summary="list what is planned for you and your tickets, and why",
    example="reminders",
    action="profile",
    act=list_reminders,
    another="erinnerungen",
    german=("erinnerungen",),
    no_inverse="it changes nothing",
)
