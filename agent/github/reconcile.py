"""After a time in which nothing was heard: ask for what was missed, and say in a line what came of it."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from agent.admins import ask_admins
from agent.desk import Desk
from agent.duration import in_words
from agent.more import and_more
from bot.messages import Message
from bot.settings import Settings
from prompts.words import Phrase, fixed, say, say_of
from storage import doubt, gaps, queue, settings_kv, sound
from storage.database import Tx
from storage.gaps import ASKED, AWAY, CHECK, CUT_OFF, DEAF, UNLISTED, UNREAD, Gap
from storage.queue import Job

RECONCILE = "reconcile"
TURN = f"schedule:{RECONCILE}"  # the clock's own look is made under this key, and no two at a time
AWAY_AFTER = timedelta(seconds=60)
UNREADABLE = "github.unreadable"  # settings_kv key: the day on which admins heard last what cannot be read, and what
NAMED = 3  # repositories in one line


async def notice_absence(tx: Tx, settings: Settings, *, workspace_id: str, now: datetime) -> None:
    """At a start: note since when nothing was heard, and have it made up for along with what was left over."""
    missing, heard = await doubt.missing_since(tx), await sound.last_sound(tx)
    if settings.hears_github:
        await _note_silence(tx, "github", AWAY, (heard, missing), workspace_id=workspace_id, now=now)
    is_away = missing is not None or heard is None or now - heard > AWAY_AFTER
    known = (await sound.slack_sound(tx), missing)
    if await _note_silence(tx, "slack", AWAY if is_away else CUT_OFF, known, workspace_id=workspace_id, now=now):
        await sound.hear_slack(tx, until=now, workspace_id=workspace_id)
    if await gaps.unclosed(tx, "slack") or await gaps.unclosed(tx, "github"):
        await ask_for(tx, workspace_id=workspace_id, now=now)


async def notice_silence(tx: Tx, *, workspace_id: str, now: datetime) -> None:
    """A connection to Slack stands again: have made up for the time in which no process had one, if it was long."""
    known = (await sound.slack_sound(tx),)
    if await _note_silence(tx, "slack", CUT_OFF, known, workspace_id=workspace_id, now=now):
        await ask_for(tx, workspace_id=workspace_id, now=now)


async def _note_silence(
    tx: Tx, source: str, reason: str, known: Iterable[datetime | None], *, workspace_id: str, now: datetime
) -> bool:
    """Note the time since the earliest of these moments; False when it was not long."""
    since = min((moment for moment in known if moment), default=now)
    if now - since <= AWAY_AFTER:
        return False
    await gaps.note(tx, Gap(workspace_id=workspace_id, source=source, reason=reason, since=since, until=now))
    return True


async def ask(desk: Desk, *, since: datetime, repository: str | None = None) -> None:
    """Somebody wants it done, from a moment on."""
    for source in ("github",) if repository else ("slack", "github"):
        gap = Gap(
            workspace_id=desk.workspace_id,
            source=source,
            reason=ASKED,
            since=since,
            until=desk.now,
            repository=repository,
        )
        noted = await gaps.note(desk.tx, gap)
    desk.audit("reconcile", "gap", noted.id, before={}, after={"since": since.isoformat(), "repository": repository})
    await desk.put(RECONCILE, {}, key=TURN, dedupe_key=f"{RECONCILE}:{desk.key}", priority=queue.EVENT)


async def ask_for(tx: Tx, *, workspace_id: str, now: datetime, after: timedelta = timedelta(0)) -> None:
    """Have the open gaps made up for, at most once a minute: what is noted after this minute's look has the next."""
    at = now + after
    while True:
        job = Job(
            workspace_id=workspace_id,
            kind=RECONCILE,
            key=TURN,
            dedupe_key=f"{RECONCILE}:{at:%Y-%m-%dT%H:%M}",
            priority=queue.EVENT,
            not_before=at,
            created_at=now,
            correlation_id=secrets.token_hex(6),
        )
        asked = await queue.put(tx, job)
        if asked is job or (asked.finished_at is None and asked.state != "running"):
            return
        at = at.replace(second=0, microsecond=0) + timedelta(minutes=1)


async def close(desk: Desk, made_up: Sequence[Gap], *, unheard: Mapping[str, Phrase | str]) -> list[Gap]:
    """These gaps are made up for; admins are told, unless it was a look that found nothing.

    Returns:
        Those that are closed and tell of something.

    Args:
        made_up: as they were when the work began; one that has grown since stays open for the rest.
        unheard: source -> why nothing could be looked for there, as a sentence.
    """
    rows = [await gaps.get(desk.tx, gap.id) for gap in made_up]
    grown = {row.id for row, gap in zip(rows, made_up, strict=True) if row.until > gap.until}
    is_known = await _is_known(desk, [name for row in rows for name in row.names(UNREAD)])

    def tells(row: Gap) -> bool:
        return row.reason != CHECK or bool(row.found or row.rescanned or (row.failed and not is_known))

    for row in rows:
        if row.id in grown:
            continue
        row.closed_at = desk.now
        if row.source == "github" and "github" not in unheard and row.repository is None:
            await sound.remember_github(desk.tx, await _heard_until(desk, row), workspace_id=desk.workspace_id)
        if not tells(row):
            await desk.tx.delete(row)
    since = await doubt.missing_since(desk.tx)
    if not grown and since and any(row.since <= since for row in rows):
        await doubt.settle(desk.tx)
    worth = [row for row in rows if row.id not in grown and tells(row)]
    if worth:
        await ask_admins(desk, lambda: Message(text=line(worth, unheard=unheard)), key=f"gap:{worth[0].id}")
    for row in worth:
        row.asked = {}
    return worth


async def _heard_until(desk: Desk, gap: Gap) -> datetime:
    """Until when nothing that GitHub still has can be missing after a look at all of it."""
    if DEAF not in gap.asked:
        return gap.until
    return await sound.github_sound(desk.tx) or gap.since


async def _is_known(desk: Desk, unread: Sequence[str]) -> bool:
    """Whether admins have heard today that these cannot be read: each hourly look finds it anew."""
    found = f"{desk.now:%Y-%m-%d} {', '.join(sorted(set(unread)))}"
    is_known = await settings_kv.get(desk.tx, "", UNREADABLE) == found
    if unread:
        await settings_kv.put(desk.tx, "", UNREADABLE, found, workspace_id=desk.workspace_id)
    return is_known


def line(made_up: Sequence[Gap], *, unheard: Mapping[str, Phrase | str]) -> str:
    """What there was and what came of it."""
    parts = [_cause(made_up)]
    for source, told in (("github", _github), ("slack", _slack)):
        if ours := [gap for gap in made_up if gap.source == source]:
            parts.append(str(unheard.get(source) or told(ours)))
    return " ".join(parts)


def _cause(made_up: Sequence[Gap]) -> str:
    if away := [gap for gap in made_up if gap.reason == AWAY]:
        return say("Away for {time}.", time=_lasted(away))
    said = []
    if cut_off := [gap for gap in made_up if gap.reason == CUT_OFF]:
        said.append(say("Slack was out of reach for {time}.", time=_lasted(cut_off)))
    if turned := [gap for gap in made_up if gap.reason not in {CUT_OFF, CHECK, ASKED}]:
        reasons = ", ".join(sorted({gap.reason for gap in turned}))
        said.append(say("Turned deliveries away within {time} ({reasons}).", time=_lasted(turned), reasons=reasons))
    return " ".join(said) or say("A look at what was sent.")


def _lasted(spans: Sequence[Gap]) -> str:
    return in_words(max(gap.until for gap in spans) - min(gap.since for gap in spans))


def _github(ours: Sequence[Gap]) -> str:
    found, again, seen = (sum(getattr(gap, name) for gap in ours) for name in ("found", "redelivered", "rescanned"))
    said = [_missed(found, again)] if found else []
    said += [say("{count} not to be had", count=found - again)] if found > again else []
    said += [say_of(seen, "1 change found by looking", "{count:,} changes found by looking")] if seen else []
    if unlisted := _named(ours, UNLISTED):
        said.append(say("deliveries of {names} cannot be listed, only what changed is looked at", names=unlisted))
    elif any(DEAF in gap.asked for gap in ours):
        said.append(say("no delivery fetched again (GITHUB_WEBHOOK_SECRET is not set)"))
    if unread := _named(ours, UNREAD):
        said.append(say("{names} cannot be read", names=unread))
    return f"GitHub: {', '.join(said) or say('nothing missed')}."


def _named(ours: Sequence[Gap], mark: str) -> str:
    names = sorted({name or say("the App") for gap in ours for name in gap.names(mark)})
    return ", ".join(names[:NAMED]) + and_more(len(names), NAMED)


def _missed(found: int, again: int) -> str:
    many = fixed("{count:,} deliveries missed, {again} fetched again")
    return say_of(found, "1 delivery missed, {again} fetched again", many, again=again)


def _slack(ours: Sequence[Gap]) -> str:
    found, failed = sum(gap.found for gap in ours), sum(gap.failed for gap in ours)
    if not found:
        return f"Slack: {say('nothing missed')}."
    answered = say("{count} answered", count=found - failed) if failed else say("answered")
    return f"Slack: {say_of(found, '1 mention found', '{count:,} mentions found')}, {answered}."
