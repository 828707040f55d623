"""A channel that is renamed, archived, locked or left keeps all that is set for it, and what it means follows."""

from agent.cards.concealed import conceal
from agent.channels.settings import managers_of
from agent.channels.welcome import renew
from agent.desk import Desk
from agent.language import of_person
from agent.notices import notify
from agent.notices.attention import NEWS
from agent.reports.held import follow_channel
from bot.channel_events import DELETED
from bot.messages import Message, moment
from bot.slack.channels import Channel as Told
from prompts.words import Phrase, fixed, phrase, speaking
from storage import channels, notices, people, settings_kv
from storage.audit import Change
from storage.channels import Channel

MOST = 500  # cards that are shown anew when the bot is back
GONE = fixed("{channel} was deleted. Nothing of its tickets is deleted.")
ARCHIVED = fixed("{channel} was archived. What is set for it rests until somebody unarchives it; nothing is deleted.")
REMOVED = fixed(
    "I was removed from {channel}. What is set for it rests until somebody writes `/invite @chargehand` there;"
    " nothing is deleted."
)
PRIVATE = fixed("{channel} is private now: its {count} tickets are for its members alone. What is set for it stays.")
ONE_PRIVATE = fixed("{channel} is private now: its 1 ticket is for its members alone. What is set for it stays.")
BACK = fixed("{channel} is as it was: since {at} what is set for it counts again.")


async def follow(desk: Desk, told: Told, *, change: str = "", is_news: bool = True) -> Channel:
    """Bring a channel up to date with what Slack says of it.

    Args:
        change: what an event said became of it, where one did.
        is_news: whether a channel that was never followed before was in use until now.
    """
    row = await channels.known(desk.tx, desk.workspace_id, told.channel_id)
    is_news = is_news or row is not None
    if row is None:
        row = Channel(workspace_id=desk.workspace_id, channel_id=told.channel_id, seen_at=desk.now)
        desk.tx.add(row)
    before = _facts(row) if row.name else {}
    _read(row, told, change=change)
    row.seen_at = desk.now
    await desk.tx.flush()
    if before != _facts(row):
        await _move(desk, row, before, name=told.name if told.is_known else "")
    await _rest(desk, row, is_news=is_news)
    return row


def _read(row: Channel, told: Told, *, change: str) -> None:
    """What Slack does not tell of is private from now on, unless it is known to be deleted."""
    row.is_gone = not told.is_known and (row.is_gone or change == DELETED)
    row.has_bot, row.is_archived = told.has_bot, told.is_archived
    if told.is_known or not row.name:
        row.name, row.is_shared = told.name, told.is_shared
    if not row.is_gone:
        row.is_private = told.is_private


def _facts(row: Channel) -> Change:
    return {
        "channel": row.channel_id,
        "name": row.name,
        "private": row.is_private,
        "archived": row.is_archived,
        "shared": row.is_shared,
        "bot": row.has_bot,
    }


async def _move(desk: Desk, row: Channel, before: Change, *, name: str) -> None:
    """Its tickets and the reports that wait follow; on record, with how many were locked or opened by it."""
    turned = await channels.follow_tickets(desk.tx, row.channel_id, name=name, is_private=row.is_private)
    await follow_channel(desk, row.channel_id, is_private=row.is_private)
    locked = {"tickets_turned": turned} if turned else {}
    if before or turned:
        desk.audit("follow", "channel", 0, before=before, after=_facts(row) | locked)
    if before and (before["private"], before["shared"]) != (row.is_private, row.is_shared) and row.has_bot:
        await renew(desk, row.channel_id)
    if turned and row.is_private:
        await conceal(desk, row.channel_id)
    if turned and row.is_private and row.has_bot:
        locks = ONE_PRIVATE if turned == 1 else PRIVATE
        text = phrase(locks, channel=f"<#{row.channel_id}>", count=turned)
        await _tell_managers(desk, row, text, key=f"private:{row.channel_id}:{desk.key}")


async def _rest(desk: Desk, row: Channel, *, is_news: bool) -> None:
    """What is set for it rests, or counts again."""
    why = GONE if row.is_gone else ARCHIVED if row.is_archived else "" if row.has_bot else REMOVED
    if why and row.rests_since is None:
        row.rests_since = desk.now
        if is_news:
            await _note(desk, row, why)
    elif not why and row.rests_since:
        row.rests_since = None
        await _resume(desk, row)


async def _note(desk: Desk, row: Channel, why: str) -> None:
    """One message to who manages the teams of this channel, if there is anything that rests."""
    is_set = await settings_kv.keys(desk.tx, row.channel_id, "")
    is_home = row.channel_id in {team.channel_id for team in await people.teams(desk.tx)}
    if is_set or is_home or await channels.open_tickets(desk.tx, row.channel_id, most=1):
        row.note = f"rests:{row.channel_id}:{desk.key}"
        row.told = await _tell_managers(desk, row, phrase(why, channel=f"<#{row.channel_id}>"), key=row.note)


async def _tell_managers(desk: Desk, row: Channel, text: Phrase, *, key: str) -> list[str]:
    """The Slack ids of those who are told, now or when it suits them."""
    managers = await managers_of(desk, row.channel_id)
    for manager in managers:
        await notify.tell(desk, None, manager, text, key=f"{key}:{manager.slack_id}", sort=NEWS)
    return [manager.slack_id for manager in managers]


async def _resume(desk: Desk, row: Channel) -> None:
    """Who was told of the rest hears that it is over, and cards show what happened meanwhile."""
    text = phrase(BACK, channel=f"<#{row.channel_id}>", at=moment(desk.now))
    for slack_id in row.told:
        await _take_back(desk, slack_id, text, key=f"{row.note}:{slack_id}")
    row.note, row.told = "", []
    for ticket in await channels.open_tickets(desk.tx, row.channel_id, most=MOST):
        await notify.show_card(desk, ticket)


async def _take_back(desk: Desk, slack_id: str, text: Phrase, *, key: str) -> None:
    """The note says it in its place; one that still waits is no news, and one read among others is followed by it."""
    if await notices.drop(desk.tx, key, reason="it is as it was"):
        return
    person = await people.the(desk.tx, desk.workspace_id, slack_id)
    with speaking(await of_person(desk, person.id)):
        payload = Message(text=str(text)).model_dump_json()
    if not await notify.edit(desk, None, key, channel_id=slack_id, payload=payload):
        await notify.tell(desk, None, person, text, key=f"{key}:over", sort=NEWS)
