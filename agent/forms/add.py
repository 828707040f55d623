"""The form of "Add to ticket": the message's words become a comment on the ticket that is chosen."""

from agent.commands import comment
from agent.desk import Desk
from agent.forms.kind import MOST, open_tickets
from bot.errors import UserError
from bot.forms import Field, Form
from bot.messages import Option
from bot.shortcuts import SlackShortcut
from prompts.words import fixed, say
from storage import people, thread_links, tickets
from storage.tickets import Ticket

TITLE, SUBMIT = fixed("Add to ticket"), fixed("Add")
LONGEST = 3000


async def form(desk: Desk, shortcut: SlackShortcut) -> Form:
    """The form, with the thread's ticket chosen.

    Raises:
        UserError: the asker sees no ticket that it could go to.
    """
    offered = await _offered(desk, shortcut)
    if not offered:
        raise UserError(say("There is no open ticket that you can see. “Track this” makes one of the message."))
    options = tuple(Option(label=f"{one.name} {one.title}", value=one.name) for one in offered)
    here = await _ticket_here(desk, shortcut)
    return Form(
        verb=comment.VERB.name,
        title=say(TITLE),
        submit=say(SUBMIT),
        fields=(
            Field(
                name="ticket",
                kind="choice",
                label=say("Ticket"),
                options=options,
                initial=here.name if here else "",
            ),
            Field(
                name="text",
                kind="text",
                label=say("Comment"),
                initial=(await _words(desk, shortcut))[:LONGEST],
                longest=LONGEST,
            ),
        ),
        about=shortcut.about,
    )


async def _offered(desk: Desk, shortcut: SlackShortcut) -> list[Ticket]:
    """The thread's ticket first, then open ones that the asker sees, the loudest first."""
    here = await _ticket_here(desk, shortcut)
    return [*([here] if here else []), *await open_tickets(desk, besides=here)][:MOST]


async def _ticket_here(desk: Desk, shortcut: SlackShortcut) -> Ticket | None:
    root = shortcut.thread_ts or shortcut.message_ts
    ticket_id = await thread_links.ticket_of(desk.tx, desk.workspace_id, shortcut.channel_id, root)
    if ticket_id:
        ticket: Ticket | None = await tickets.get(desk.tx, ticket_id)
    else:
        ticket = await tickets.by_message(desk.tx, shortcut.channel_id, shortcut.message_ts)
    return ticket if ticket and await desk.sees(ticket) else None


async def _words(desk: Desk, shortcut: SlackShortcut) -> str:
    """What the message says, and who says it."""
    author = await people.by_slack_id(desk.tx, desk.workspace_id, shortcut.author_id)
    said = await desk.read_out(shortcut.text)
    return f"@{author.name}: {said}" if author else said
