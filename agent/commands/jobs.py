"""`jobs …`: admins see what could not be done and why, and let it run again, drop it, or stop what still waits."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from agent import dead_letters
from agent.cards.working import bring_back
from agent.commands.reading import says_something
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.dead_letters import STATES
from agent.desk import Desk
from agent.github.connections import CANCELLED, reading_ended
from bot.errors import Refused, UserError
from bot.messages import escape, moment
from prompts.words import fixed, say
from storage import queue, tickets
from storage.queue import ANY, Cause, Chosen, Job

AT_ONCE = 500  # jobs of one replay: they share a transaction, and everybody else waits for it
SHOWN = 10  # causes in one message
AT_NO_INTERVAL = timedelta()
DONE = {  # to one job, and to several
    "replay": (fixed("Job {job} runs again."), fixed("{count} jobs run again, in their order.")),
    "discard": (fixed("Job {job} is discarded."), fixed("{count} jobs are discarded.")),
}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which dead letters: by their numbers, or all of a kind, or with these words in their error."""

    numbers: tuple[int, ...] = ()
    kind: str | None = None
    error: str | None = None


@dataclass(frozen=True)
class Done:
    """The jobs that a command was carried out on, and a sentence for each that was refused."""

    numbers: tuple[int, ...]
    refused: tuple[str, ...]


async def causes(desk: Desk, chosen: Chosen = ANY) -> list[Cause]:
    """What the chosen dead letters died of.

    Raises:
        Refused: the asker is no admin, here and in all that follows.
    """
    desk.check_admin(doing=say("see jobs"))
    return await queue.causes(desk.tx, chosen)


async def the_job(desk: Desk, number: int) -> Job:
    """One job.

    Raises:
        UserError: there is none.
    """
    desk.check_admin(doing=say("see jobs"))
    job = await queue.get(desk.tx, number)
    if job is None:
        raise UserError(say("There is no job {job}: `python app.py jobs list` shows them.", job=number))
    return job


async def replay(
    desk: Desk, wanted: Wanted, *, why: str, interval: timedelta = AT_NO_INTERVAL, force: bool = False
) -> Done:
    """Let dead letters run again in the order in which they were put, `interval` after one another; 500 at once."""
    desk.check_admin(doing=say("replay jobs"))
    _check_reason(why)
    at, done, refused = desk.now, [], []
    for job in await _chosen(desk, wanted):
        if (no := await dead_letters.refusal(desk.tx, job, force=force)) is not None:
            refused.append(f"Job {job.id} {no}.")
            continue
        await queue.replay(desk.tx, job.id, now=desk.now, at=at, why=f"{desk.who}: {why}", force=force)
        _audit(desk, "replay", job, to="ready", why=why)
        at += interval
        done.append(job)
    await dead_letters.recount(desk, done)
    return Done(tuple(job.id for job in done), tuple(refused))


async def discard(desk: Desk, numbers: Sequence[int], *, why: str) -> Done:
    """Take dead letters off the list; they stay in the table until they are old."""
    desk.check_admin(doing=say("discard jobs"))
    _check_reason(why)
    done, refused = [], []
    for job in await _chosen(desk, Wanted(numbers=tuple(numbers))):
        if await queue.discard(desk.tx, job.id, now=desk.now, why=f"{desk.who}: {why}"):
            _audit(desk, "discard", job, to="discarded", why=why)
            done.append(job)
        else:
            is_not_dead = fixed("Job {job} {is_so}; only dead jobs can be discarded.")
            refused.append(say(is_not_dead, job=job.id, is_so=say(STATES[job.state])))
    await dead_letters.recount(desk, done)
    return Done(tuple(job.id for job in done), tuple(refused))


async def cancel(desk: Desk, number: int, *, why: str) -> Job:
    """End a job that waits, and tell one that runs to end.

    Raises:
        Refused: it has ended already.
    """
    desk.check_admin(doing=say("cancel jobs"))
    _check_reason(why)
    before = await the_job(desk, number)
    job = await queue.cancel(desk.tx, number, by=desk.who, why=why, now=desk.now)
    if job is None:
        has_ended = fixed("Job {job} {is_so}; only jobs that have not ended can be cancelled.")
        raise Refused(say(has_ended, job=number, is_so=say(STATES[before.state])))
    _audit(desk, "cancel", before, to=job.state, why=why)
    await reading_ended(desk.tx, job, CANCELLED)
    if job.state == "cancelled":
        await bring_back(desk, job.correlation_id)
    return job


def _check_reason(why: str) -> None:
    if not says_something(why):
        raise UserError(say("A reason is missing: a few words that go on record."))


def _audit(desk: Desk, action: str, job: Job, *, to: str, why: str) -> None:
    desk.audit(action, "job", job.id, before={"state": job.state}, after={"state": to, "reason": why})


async def _chosen(desk: Desk, wanted: Wanted) -> list[Job]:
    if wanted.numbers:
        named = [await the_job(desk, number) for number in dict.fromkeys(wanted.numbers)]
        return sorted(named, key=lambda job: job.seq)
    found = await queue.dead(desk.tx, Chosen(kind=wanted.kind, error=wanted.error), limit=AT_ONCE)
    if not found:
        raise Refused(say("No dead letter is like that: `jobs list` shows what there is."))
    return found


WORDS = re.compile(
    r"(?P<verb>list|show|replay|discard|cancel)"
    r"(?:\s+(?:kind=(?P<kind>\S+)|(?P<numbers>\d{1,9}(?:[\s,]+\d{1,9})*)(?!\S)))?"
    r"(?:\s+(?P<why>.+))?",
    re.IGNORECASE | re.DOTALL,
)
FORCE = re.compile(r"\s(?:--|—|–)force\b", re.IGNORECASE)  # some keyboards make one dash of two hyphens
USAGE = fixed(
    "`jobs list`, `jobs show 41`, `jobs replay 41 REASON`, `jobs replay kind=triage REASON`,"
    " `jobs discard 41 REASON` or `jobs cancel 41 REASON`"
)


async def jobs(desk: Desk, said: Said) -> Reply:
    """Each of them as it is typed in Slack."""
    text, force = said.text or "list", False
    if text.casefold().startswith("replay"):
        text, force = FORCE.sub("", text), FORCE.search(text) is not None
    found = WORDS.fullmatch(text)
    if found is None:
        raise UserError(say("Say {usage}.", usage=say(USAGE)))
    verb, why = found["verb"].lower(), (found["why"] or "").strip()
    numbers = tuple(int(number) for number in re.findall(r"\d+", found["numbers"] or ""))
    wanted = Wanted(numbers=numbers, kind=found["kind"])
    if verb == "list":
        return text_reply(_listed(await causes(desk)), is_private=True)
    if not numbers and (verb != "replay" or wanted.kind is None):
        raise UserError(say("Which job? Say {usage}.", usage=say(USAGE)))
    if verb == "show":
        return text_reply(await _shown(desk, await the_job(desk, numbers[0])), is_private=True)
    if verb == "cancel":
        job = await cancel(desk, numbers[0], why=why)
        return text_reply(say("Job {job} is {done}.", job=job.id, done=told(job)), is_private=True)
    if verb == "replay":
        acted = await replay(desk, wanted, why=why, force=force)
    else:
        acted = await discard(desk, numbers, why=why)
    return text_reply("\n".join([*done_lines(acted, verb=verb), *acted.refused]), is_private=True)


def done_lines(done: Done, *, verb: str) -> list[str]:
    """What a replay or a discard came to."""
    one, many = DONE[verb]
    count = len(done.numbers)
    if count < 2:
        return [say(one, job=number) for number in done.numbers]
    more = say(" There may be more: the same command again takes the next ones.") if count == AT_ONCE else ""
    return [say(many, count=count) + more]


def told(job: Job) -> str:
    """What a cancelled job is."""
    return say("cancelled") if job.state == "cancelled" else say("told to stop")


def _listed(found: Sequence[Cause]) -> str:
    if not found:
        return say("No dead letters.")
    lines = [
        f"• {cause.count} × `{escape(cause.kind)}` ({escape(cause.error_class)}): {escape(cause.error[:200])}"
        f" – {say('{begin} to {end}', begin=moment(cause.first), end=moment(cause.last))}"
        for cause in found[:SHOWN]
    ]
    more = [say("… and {count} more causes.", count=len(found) - SHOWN)] if len(found) > SHOWN else []
    return "\n".join([say("*Dead letters by cause*"), *lines, *more])


async def _shown(desk: Desk, job: Job) -> str:
    about, ticket_id = "", job.args.get("ticket_id")
    if ticket_id and await tickets.exists(desk.tx, ticket_id):
        about = say(" about {ticket}", ticket=(await tickets.get(desk.tx, ticket_id)).name)
    what = f"*Job {job.id}* `{escape(job.kind)}`{about}"
    stands = fixed("{what} {is_so}, attempt {number}.")
    lines = [say(stands, what=what, is_so=say(STATES[job.state]), number=job.attempts)]
    for step in await queue.history(desk.tx, job.id):
        said = f": {escape(step.detail[:200])}" if step.detail else ""
        lines.append(f"• {moment(step.at)} {step.stage}{said}")
    reference = say("Reference: {code}", code=f"`{job.correlation_id}`")
    return "\n".join([*lines, await dead_letters.prospect(desk.tx, job), reference])


VERB = Verb(
    name="jobs",
    takes=(Slot.JOBS,),
    summary=fixed("see work that failed for good; replay, discard or cancel it"),
    example="jobs replay 41 the permission is back",
    another="jobs show 41",
    action="administer",
    act=jobs,
    german=("aufträge",),
    no_inverse="what ran has run; a discarded job can be replayed",
)
