"""Invited into a channel, Chargehand says once what it does there, who sees it, and how to be rid of it."""

from agent.channels import settings as channels
from agent.desk import Desk
from agent.language import of_channel
from agent.notices import notify
from bot.messages import Menu, Message, Option, escape
from prompts.words import fixed, say, speaking
from storage import outbox, people
from storage.channels import Channel
from storage.channels import known as known_channel

WHOSE = fixed("Whose channel is it?")
SHARED = fixed(
    "This channel is shared with another organisation. An admin has to allow it before people from there can report:"
    " `channel allow external`."
)


async def welcome(desk: Desk, row: Channel) -> None:
    """The first post in a channel, once ever, whoever invites the bot how often."""
    if row.introduced_at or not row.has_bot or row.is_archived:
        return
    row.introduced_at = desk.now
    key, payload = _key(row.channel_id), (await _first_post(desk, row)).model_dump_json()
    lane = f"welcome:{row.channel_id}"
    await outbox.add(
        desk.tx, notify.outgoing(desk, key=key, kind="post", lane=lane, channel_id=row.channel_id, payload=payload)
    )


async def renew(desk: Desk, channel_id: str) -> None:
    """Whose channel it is, or who can read it, has changed: the first post says so, if there is one."""
    row = await known_channel(desk.tx, desk.workspace_id, channel_id)
    if row and row.introduced_at:
        payload = (await _first_post(desk, row)).model_dump_json()
        await notify.edit(desk, None, _key(channel_id), channel_id=channel_id, payload=payload)


def _key(channel_id: str) -> str:
    return f"welcome:{channel_id}"


async def _first_post(desk: Desk, row: Channel) -> Message:
    with speaking(await of_channel(desk, row.channel_id)):
        return Message(text=say(SHARED)) if row.is_shared else await _introduction(desk, row)


async def _introduction(desk: Desk, row: Channel) -> Message:
    seen = (
        say("Its members alone can see the tickets of this private channel.")
        if row.is_private
        else say("Everybody in the workspace can see its tickets, but for guests.")
    )
    team = await channels.home_team(desk, row.channel_id)
    options = tuple(Option(label=one.name, value=one.name) for one in await people.teams(desk.tx))
    whose = say("What says nothing else goes to *{team}*.", team=escape(team.name)) if team else ""
    text = "\n".join(
        line
        for line in (
            say(
                "I am Chargehand. Write `@chargehand` and what is wrong: I make a ticket of it, find its team and"
                " somebody to take it, and keep one card in the thread."
            ),
            seen,
            whose,
            say(
                "`@chargehand channel mute` keeps me from posting here what nobody asked for, `/remove @chargehand`"
                " takes me out; `@chargehand help` shows the rest."
            ),
        )
        if line
    )
    menu = Menu(label=say(WHOSE), action="channel", value="team", options=options) if options and not team else None
    return Message(text=text, menu=menu)
