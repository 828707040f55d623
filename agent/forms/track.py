"""The form of "Track this" and "New ticket": prefilled from the message by rules, with open tickets like it."""

from datetime import timedelta

from agent.commands import track
from agent.desk import Desk
from agent.forms.kind import Given, priorities
from agent.reports.similar import similar_to
from agent.triage import rules
from agent.triage.profiles import profiles
from agent.triage.schema import Report, Triage
from agent.triage.title import TITLE_LENGTH
from bot.forms import Field, Form
from bot.messages import Option, escape, linked, mention
from bot.shortcuts import SlackShortcut
from prompts.words import fixed, say
from storage import people, similar
from storage.tickets import OPEN

TITLE, SUBMIT = fixed("Track this"), fixed("Track")
NEW = fixed("New ticket")
MISSING = fixed("Choose a channel, or a team that has one.")
ORDER = ("title", "team", "priority", "channel", "description")  # a description takes all that follows it
LONGEST = 3000
LOOKED_AT, SINCE = 200, timedelta(days=30)


async def form(desk: Desk, shortcut: SlackShortcut, *, is_here: bool) -> Form:
    """The form.

    Args:
        is_here: the card can live in the message's own thread; else the form asks where.
    """
    text = (await desk.read_out(shortcut.text))[:LONGEST]
    teams = await profiles(desk, channel_id=shortcut.channel_id)
    read = rules.triage(Report(text=text), teams, floor=desk.settings.team_floor) if text else None
    source = "/".join((shortcut.channel_id, shortcut.message_ts, shortcut.author_id))
    return Form(
        verb=track.VERB.name,
        title=say(TITLE if shortcut.message_ts else NEW),
        submit=say(SUBMIT),
        fields=(
            *_told(text, read),
            *_judged([team.name for team in teams], priorities(), read),
            *(() if is_here else (_where(),)),
        ),
        about={"value": source if shortcut.message_ts else track.NOWHERE, **shortcut.about},
        notes=tuple(filter(None, (await _said_by(desk, shortcut), await _like_it(desk, shortcut, read)))),
    )


def _where() -> Field:
    return Field(
        name="channel",
        kind="channel",
        label=say("Where its card lives"),
        hint=say("The text will be readable there. Without a choice it is the team's channel."),
        is_optional=True,
    )


def _told(text: str, read: Triage | None) -> tuple[Field, ...]:
    return (
        Field(
            name="title",
            kind="line",
            label=say("Title"),
            initial=read.title if read else "",
            longest=TITLE_LENGTH,
        ),
        Field(
            name="description",
            kind="text",
            label=say("Description"),
            initial=text,
            is_optional=True,
            longest=LONGEST,
        ),
    )


def _judged(teams: list[str], options: tuple[Option, ...], read: Triage | None) -> tuple[Field, ...]:
    """Team and priority as the rules see them; a team that has none to choose from is not asked for."""
    ask = Field(
        name="team",
        kind="choice",
        label=say("Team"),
        options=tuple(Option(label=name, value=name) for name in teams),
        initial=(read.team or "") if read else "",
        is_optional=True,
    )
    how_bad = Field(
        name="priority",
        kind="choice",
        label=say("Priority"),
        options=options,
        initial=read.priority if read else "",
        is_optional=True,
    )
    return (*((ask,) if teams else ()), how_bad)


async def _said_by(desk: Desk, shortcut: SlackShortcut) -> str:
    if not shortcut.author_id:
        return ""
    author = await people.by_slack_id(desk.tx, desk.workspace_id, shortcut.author_id)
    who = f"@{escape(author.name)}" if author else mention(shortcut.author_id)  # a form calls nobody
    return f"{who} · <#{shortcut.channel_id}>"


async def _like_it(desk: Desk, shortcut: SlackShortcut, read: Triage | None) -> str:
    """Open tickets like it that everyone who reads the message may see; nothing for guests, nor for strangers."""
    if read is None or desk.actor is None or desk.actor.is_outsider:
        return ""
    since = desk.now - SINCE
    found = await similar.recent_in(desk.tx, desk.workspace_id, shortcut.channel_id, since=since, limit=LOOKED_AT)
    by_id = {other.id: other for other in found if other.status in OPEN}
    like = [by_id[key] for key in similar_to(read.title, {key: other.title for key, other in by_id.items()})]
    label = say("Similar open tickets")
    links = [linked(f"CH-{other.number} {other.title}", other.permalink) for other in like]
    return f"{label}: {'; '.join(links)}" if links else ""


async def problems(desk: Desk, given: Given) -> dict[str, str]:
    """A form that asks where the card shall live needs a channel, or a team that has one."""
    if given.get("channel", "asked not") != "":
        return {}
    team = await people.team_named(desk.tx, given["team"]) if given.get("team") else None
    return {} if team and team.channel_id else {"channel": say(MISSING)}


def line(given: Given) -> str:
    """What was filled in as `field: value` lines."""
    return "\n".join(f"{name}: {given[name]}" for name in ORDER if given.get(name))
