"""Makes up for the times in which nothing was heard, from Slack and from GitHub."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial

from agent.github.reconcile import close
from agent.github.silence import sum_up
from bot.errors import UNTOLD_SECONDS, OutsideError, TryLater
from bot.metrics import GAP_SECONDS, RECONCILE
from bot.worker import Run
from handlers.context import Context
from handlers.jobs.asked import system_desk
from handlers.jobs.catch_up import catch_up
from handlers.jobs.missed import make_up
from prompts.words import Phrase, phrase
from storage import gaps, inbox, sound
from storage.gaps import ASKED, CHECK, Gap

LOOK_AGAIN = 1.0  # seconds
A_LOOK = timedelta(hours=1)  # how far back, when nobody has looked yet


async def reconcile(ctx: Context, run: Run) -> None:
    """Fetch what was missed while the bot was away or turned deliveries away, and say once what came of it."""
    slack, github = await _open_gaps(ctx)
    unheard = _unheard(ctx)
    # GitHub first: Slack is read slowly. Neither waits for the other, so all that is not done yet comes at the end.
    parts = [partial(_make_up_all, ctx, run, github)] if "github" not in unheard else []
    parts += [partial(catch_up, ctx, run, gap) for gap in slack if "slack" not in unheard]
    if unfinished := [wait for part in parts if (wait := await _wait_of(part))]:
        raise min(unfinished, key=_patience)
    async with ctx.db.read() as tx:
        if await inbox.is_part_busy(tx, run.job.correlation_id):
            raise TryLater("what was found is being worked on", after=LOOK_AGAIN)
    await _finish(ctx, run, [*slack, *github], unheard)


async def _make_up_all(ctx: Context, run: Run, github: Sequence[Gap]) -> None:
    """One gap after the other, so that nothing is asked for because of two. A look at all of GitHub begins no later
    than where the last one ended: some of what was lost since then, nobody here has noticed."""
    async with ctx.db.read() as tx:
        sound_until = await sound.github_sound(tx)
    for gap in github:
        last = sound_until if gap.repository is None else None
        await make_up(ctx, run, gap, since=min(gap.since, last or gap.since))


async def _wait_of(part: Callable[[], Awaitable[None]]) -> OutsideError | None:
    """Why a part is not done yet, or nothing."""
    try:
        await part()
    except OutsideError as wait:
        return wait
    return None


def _patience(wait: OutsideError) -> tuple[bool, float]:
    """What only takes its time comes before what failed, and the shorter wait first."""
    return wait.verdict.fault != "throttled", wait.verdict.after or UNTOLD_SECONDS


def _unheard(ctx: Context) -> dict[str, Phrase]:
    reasons = dict[str, Phrase]()
    if not ctx.settings.slack_catchup_h:
        reasons["slack"] = phrase("Slack: not read back (CHARGEHAND_SLACK_CATCHUP_H is 0).")
    if not ctx.settings.acts_on_github:
        reasons["github"] = phrase("GitHub: not asked (GITHUB_TOKEN is not set).")
    return reasons


async def _open_gaps(ctx: Context) -> tuple[list[Gap], list[Gap]]:
    """Those of Slack and of GitHub; where none is of all of GitHub, the time since somebody last looked."""
    now = ctx.clock()
    async with ctx.db.write() as tx:
        slack, github = await gaps.unclosed(tx, "slack"), await gaps.unclosed(tx, "github")
        if ctx.settings.acts_on_github and all(gap.repository for gap in github):
            since = await sound.github_sound(tx) or now - A_LOOK
            look = Gap(workspace_id=ctx.workspace_id, source="github", reason=CHECK, since=since, until=now)
            github.append(await gaps.note(tx, look))
    return slack, github


async def _finish(ctx: Context, run: Run, made_up: Sequence[Gap], unheard: dict[str, Phrase]) -> None:
    async with run.finishing() as tx:
        desk = system_desk(ctx, run, tx)
        unanswered = await inbox.dead_parts(tx, run.job.correlation_id, name="slack.message")
        for gap in made_up:
            if gap.source == "slack" and unanswered:
                (await gaps.get(tx, gap.id)).failed = unanswered
        closed = await close(desk, made_up, unheard=unheard)
        await sum_up(desk)
    _measure(closed)


def _measure(closed: Sequence[Gap]) -> None:
    """Count what was missed."""
    GAP_SECONDS.inc(_together([gap for gap in closed if gap.reason not in {CHECK, ASKED}]).total_seconds())
    for outcome in ("redelivered", "rescanned", "failed"):
        RECONCILE.labels(outcome).inc(sum(getattr(gap, outcome) for gap in closed))


def _together(closed: Sequence[Gap]) -> timedelta:
    """How long gaps lasted; a time in which nothing came in from either side counts once."""
    lasted, counted = timedelta(0), None
    for since, until in sorted((gap.since, gap.until) for gap in closed):
        begin = max(since, counted or since)
        lasted += max(until - begin, timedelta(0))
        counted = max(until, begin)
    return lasted
