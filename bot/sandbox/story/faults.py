"""The bot is killed and started again; afterwards what it holds is compared with what people did."""

import re
from collections import Counter

from bot.sandbox.slack import Message
from bot.sandbox.slack.transcript import readable
from bot.sandbox.slack.world import Channel
from bot.sandbox.story.github import cards_of, ticket_of
from bot.sandbox.story.stage import Stage, StoryFailed, Verb
from bot.sandbox.story.steps import Step

CARD = re.compile(r"CH-\d+(?= .+ – )")  # how a card's plain text begins


async def _kill(stage: Stage, _: Step) -> None:
    if not stage.bot.is_alive:
        raise StoryFailed("the bot does not run")
    stage.bot.kill()
    stage.tell(f"kill -9: the bot, process {stage.bot.pid}, is gone")


async def _restart(stage: Stage, _: Step) -> None:
    if stage.bot.is_alive:
        raise StoryFailed("the bot still runs; kill it first")
    await stage.bot.start()
    stage.tell(f"restart: the bot is back as process {stage.bot.pid}, on the same database")


async def _lost(stage: Stage, _: Step) -> None:
    """Each issue has one ticket, each ticket one card, and everything said to the bot an answer."""
    issues, asked = _issues(stage), _asked(stage)
    cards = {name: await _cards(stage, *issue) for name, issue in issues.items()}
    wrong = [f"{name} has {count} cards" for name, count in cards.items() if count != 1]
    wrong += [f"nobody answered: {text}" for text, is_answered in asked if not is_answered]
    if wrong:
        raise StoryFailed("; ".join(wrong))
    reports = f"{len(asked)} report{'' if len(asked) == 1 else 's'}"
    stage.tell(f"nothing lost, nothing doubled: {len(issues)} issues with one card each, {reports} in Slack answered")
    doubled = [name for name, count in _cards_by_ticket(stage).items() if count > 1]
    if doubled:
        raise StoryFailed(f"with several cards: {', '.join(doubled)}")
    stage.tell("outcomes 1 per message, doubled 0, lost 0")


def _issues(stage: Stage) -> dict[str, tuple[str, int]]:
    """Every issue of the repositories that send their events."""
    world = stage.github.world
    told = [world.repositories[repository_id] for repository_id in stage.github.herald.hooks.repository]
    return {
        f"{where.full_name}#{issue.number}": (where.full_name, issue.number)
        for where in told
        for issue in where.present
        if not issue.is_pull
    }


async def _cards(stage: Stage, repo: str, number: int) -> int:
    ticket = await ticket_of(stage, repo, number)
    return len(cards_of(stage, ticket)) if ticket else 0


def _cards_by_ticket(stage: Stage) -> Counter[str]:
    """How many messages in channels show each ticket."""
    channels = [channel for channel in stage.slack.world.channels.values() if channel.kind != "im"]
    said = [message.text for channel in channels for message in channel.messages.values() if message.bot_id]
    return Counter(found[0] for text in said if (found := CARD.match(text)))


def _asked(stage: Stage) -> list[tuple[str, bool]]:
    """What people said to the bot in channels, and whether it answered in the thread."""
    world = stage.slack.world
    return [
        (readable(world, message.plain), _is_answered(channel, message))
        for channel in world.channels.values()
        for message in channel.messages.values()
        if not message.bot_id and world.mentions_bot(message.text)
    ]


def _is_answered(channel: Channel, message: Message) -> bool:
    replies = channel.threads.get(message.thread_ts or message.ts, [])
    return any(channel.messages[ts].bot_id for ts in replies)


VERBS: dict[str, Verb] = {"kill": _kill, "restart": _restart, "lost": _lost}
