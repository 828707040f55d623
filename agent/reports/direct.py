"""A report in a direct message: tracked in the team's channel, after one question when the team is not clear."""

from dataclasses import replace

from agent.desk import Desk
from agent.language import of_ticket
from agent.notices import notify
from agent.ownership.fit import clues_of
from agent.ownership.route import by_rule, fitting
from agent.reply import Reply, text_reply
from agent.reports.report import open_ticket, tracked, was_deleted, withdraw_button
from agent.triage.profiles import profiles
from agent.triage.rules import rank_teams
from agent.triage.schema import Report
from agent.turns.moving import link_thread
from bot.messages import Menu, Message, Option, escape, plain
from prompts.words import Phrase, phrase, say, speaking
from storage import people, settings_kv, thread_links
from storage.people import Team
from storage.tickets import Ticket

ONLY = phrase("the only team")  # as the card says why
NONE_OF_THEM = "none of these"
SHRUGS = {"dont know", "do not know", "no idea", "not sure", NONE_OF_THEM}
SHRUGS |= {"weiss nicht", "weiss ich nicht", "keine ahnung"}  # case-folded
PENDING = "pending:"  # settings_kv key of a report that waits for its team, by the report's timestamp


async def hear_direct(desk: Desk, text: str) -> Reply:
    """Track it, or keep it and ask once which team it is for."""
    waiting = await settings_kv.keys(desk.tx, desk.asker.slack_id, PENDING)
    if waiting and ((answer := await people.team_named(desk.tx, text)) or _is_shrug(text)):
        return await file_pending(desk, waiting[-1].removeprefix(PENDING), answer)
    teams = await people.teams(desk.tx)
    team, source = await clear_team(desk, text, teams)
    if team or not teams:
        return await track(desk, text, team, source=source)
    return await _ask(desk, text, teams)


async def clear_team(desk: Desk, text: str, teams: list[Team]) -> tuple[Team | None, Phrase | str]:
    """The only team there is, or the one that a report is plainly for, and why it is that."""
    if len(teams) <= 1:
        return (teams[0] if teams else None), ONLY
    report = Report(text=plain(text))
    if (rules := await fitting(desk, clues_of(report))).rules:
        route = await by_rule(desk, rules)
        return next((team for team in teams if team.id == route.team_id), None), route.source
    ranked = rank_teams(report, await profiles(desk))
    if ranked and ranked[0][1] >= desk.settings.team_floor and ranked[0][1] > ranked[1][1]:
        return await people.team_named(desk.tx, ranked[0][0].name), phrase("its words")
    return None, ""


def _is_shrug(text: str) -> bool:
    """ "I don't know", typed instead of chosen."""
    words = "".join(letter for letter in text.casefold() if letter.isalpha() or letter == " ")
    return words.removeprefix("i ").removeprefix("ich ") in SHRUGS


async def _ask(desk: Desk, text: str, teams: list[Team]) -> Reply:
    ts = (desk.place.message_ts if desk.place else None) or desk.key
    await settings_kv.put(desk.tx, desk.asker.slack_id, PENDING + ts, text, workspace_id=desk.workspace_id)
    options = tuple(Option(label=team.name, value=team.name) for team in teams)
    menu = Menu(
        label=say("Choose a team"),
        action="file",
        value=ts,
        options=(*options, Option(label=say("I don't know"), value=NONE_OF_THEM)),
    )
    return Reply(message=Message(text=say("Which team is this for? I track it as soon as you choose."), menu=menu))


async def file_pending(desk: Desk, ts: str, team: Team | None) -> Reply:
    """The question was answered: open the ticket of the report that waited for it."""
    text = await settings_kv.get(desk.tx, desk.asker.slack_id, PENDING + ts)
    assert desk.place is not None  # a question is answered where it was asked
    if text is None and await was_deleted(desk, desk.place.channel_id, ts):
        return replace(text_reply(say("That report was deleted, so nothing is tracked.")), settles=True)
    if text is None:
        return text_reply(say("That report is tracked already; `list` shows it."), is_private=True)
    await settings_kv.drop(desk.tx, desk.asker.slack_id, PENDING + ts)
    said_at = ts if "." in ts else None  # a slash command leaves no message behind
    # Without the permalink, which is that of the answer.
    asked = replace(desk.place, thread_ts=said_at, message_ts=said_at, permalink=None, is_dm=True)
    chosen = phrase("chosen by @{name}", name=desk.asker.name)
    reply = await track(replace(desk, place=asked), text, team, source=chosen)
    return replace(reply, settles=True)


async def edit_pending(desk: Desk, slack_id: str, ts: str, text: str) -> str | None:
    """The author rewrote a report that waits for its team; returns what it said before, if it waits."""
    before = await settings_kv.get(desk.tx, slack_id, PENDING + ts)
    if before is not None:
        await settings_kv.put(desk.tx, slack_id, PENDING + ts, text, workspace_id=desk.workspace_id)
    return before


async def drop_pending(desk: Desk, slack_id: str, ts: str) -> bool:
    """The author deleted a report that waits for its team: forget it; False when none waits."""
    is_waiting = await settings_kv.get(desk.tx, slack_id, PENDING + ts) is not None
    await settings_kv.drop(desk.tx, slack_id, PENDING + ts)
    return is_waiting


async def track(desk: Desk, text: str, team: Team | None, *, source: Phrase | str = ONLY) -> Reply:
    """Open the ticket, and say where it lives.

    Args:
        source: why it is for this team, as the card says it.
    """
    ticket = await open_for(desk, text, team, source=source)
    if team is None or team.channel_id is None:
        return Reply(message=tracked(ticket), seen_in=ticket)
    where = {"team": escape(team.name), "channel": f"<#{team.channel_id}>"}
    said = say("{ticket} is tracked for {team} in {channel}.", ticket=notify.headline(ticket), **where)
    return Reply(message=Message(text=said, buttons=(withdraw_button(ticket),)))


async def open_for(desk: Desk, text: str, team: Team | None, *, source: Phrase | str = ONLY) -> Ticket:
    """Open the ticket in the team's channel; without one it lives in the direct message."""
    place = desk.place
    assert place is not None  # a direct message was said somewhere
    if team is None or team.channel_id is None:
        ticket = await open_ticket(desk, text, replace(place, thread_ts=place.thread_ts or place.message_ts))
        await belongs(desk, ticket, team, source=source)
        return ticket
    elsewhere = replace(
        place,
        channel_id=team.channel_id,
        channel_name="",
        is_private=True,  # until the triage has looked at the channel
        is_dm=False,
        thread_ts=None,
        message_ts=None,
        permalink=None,
    )
    ticket = await open_ticket(desk, text, elsewhere)
    await belongs(desk, ticket, team, source=source)
    if place.message_ts:
        # By these its edits, its deletion, its replies and its status emoji find the ticket.
        ticket.origin_channel_id, ticket.origin_ts = place.channel_id, place.message_ts
        root = place.thread_ts or place.message_ts
        if await thread_links.ticket_of(desk.tx, desk.workspace_id, place.channel_id, root) is None:
            await link_thread(desk, place.channel_id, root, ticket_id=ticket.id)
    return ticket


async def belongs(desk: Desk, ticket: Ticket, team: Team | None, *, source: Phrase | str) -> None:
    """Whose it is, and why, in the language of the card that says so."""
    with speaking(await of_ticket(desk, ticket)):
        ticket.team_id, ticket.team_source = (team.id, str(source)) if team else (None, "")
