"""Requests to the agent while its process is killed at random points: one outcome each, no effect and no answer of the
model twice, nothing left in silence.

Slack and the model are sandboxes in a process that nobody kills. Exit code 1 when anything was lost, doubled or silent.
"""

import argparse
import asyncio
import random
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

sys.path[0] = str(Path(__file__).parent.parent)  # the checkout, and not this folder: its queue.py is not Python's

from sqlmodel import col, select

from bot.sandbox.llm import Call, LlmSandbox, Match, Reply, Rule
from bot.sandbox.quiet import quiet
from bot.sandbox.slack import SlackSandbox
from storage.database import Database, open_database
from storage.reminders import Reminder
from storage.turns import ModelCall, ToolCall, Turn
from tests.process import serving
from tests.team import seed_teams, settings_for

THINKS = 0.1  # seconds that the model takes for each answer
POINTS = 12  # a kill comes after up to so many further questions to the model
# What is broken has names of its own each time: reports that look alike are asked about first.
ASKED = "@chargehand ask pump {number} {names} is broken, remind me tomorrow at 9"
STEPS = [{"specialist": "create", "goal": "track it"}, {"specialist": "remind", "goal": "remind them"}]


@dataclass(kw_only=True)
class Verdict:
    """What went wrong; `repeated` are questions that the model was asked again though it had answered.

    `given_up` were hit by so many kills that they ended with an apology; somebody pressed its Try again.
    """

    turns: int = 0
    kills: int = 0
    given_up: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    repeated: int = 0

    @property
    def is_clean(self) -> bool:
        """Whether nothing did."""
        return not (self.lost or self.doubled or self.silent or self.repeated)

    def __str__(self) -> str:
        return (
            f"lost {len(self.lost)} doubled {len(self.doubled)} silent {len(self.silent)}"
            f" (turns {self.turns}, kills {self.kills}, questions repeated {self.repeated}, given up {self.given_up})"
        )


async def campaign(folder: Path, *, turns: int, kills: int, seed: int) -> Verdict:
    """Ask for so many things while the bot is killed so often, then let it finish, and look.

    Raises:
        TimeoutError: it never comes to rest.
    """
    chance, log = random.Random(seed), folder / "bot.log"
    async with SlackSandbox.start(ack_within=30.0) as slack, LlmSandbox.start() as llm:
        _script(llm)
        model = {"anthropic_api_key": "sk-test", "anthropic_base_url": llm.url}
        limits = {"turns_per_minute": 1000, "turns_per_hour": 1000, "budget_user_day_tokens": 10**8}
        settings = settings_for(slack, folder, **model, **limits)
        await seed_teams(settings, slack)
        asked: dict[int, str] = {}
        for kill in range(kills):
            async with serving(settings, log) as process:
                await slack.until(lambda: slack.sockets, timeout=60)
                for number in range(kill * turns // kills, (kill + 1) * turns // kills):
                    asked[number] = await slack.say("alice", "#ops", asked_for(number))
                await slack.until(lambda: all(one.acked_at for one in slack.envelopes if not one.is_lost), timeout=60)
                await _heard_more(llm, chance.randint(1, POINTS))
                await asyncio.sleep(chance.random() * 2 * THINKS)
                process.kill()
            await slack.until(lambda: not slack.sockets, timeout=60)
        async with serving(settings, log) as process, open_database(settings.database, settings.connections) as db:
            await slack.until(lambda: slack.sockets, timeout=60)
            await quiet(slack, db, timeout=60 + turns)
            given_up = await _try_again(slack, asked.values())
            await quiet(slack, db, timeout=60 + turns)
            verdict = await judge(db, slack, llm, asked, most_in_flight=kills * settings.worker_concurrency)
            process.terminate()
    verdict.turns, verdict.kills, verdict.given_up = turns, kills, given_up
    return verdict


def asked_for(number: int) -> str:
    """The request of this number."""
    digits = [f"{number * 7919 + step:05d}" for step in (1, 2, 3)]
    names = " ".join("".join(chr(ord("a") + int(digit)) for digit in word) for word in digits)
    return ASKED.format(number=number, names=names)


def _script(llm: LlmSandbox) -> None:
    """Every request makes a ticket and a reminder."""
    track = Call("report_ticket", {"text": "pump {{number}} {{names}} is broken"})
    remind = Call("set_reminder", {"who": "me", "what": "this", "when": "tomorrow at 9"})
    words = r"<request>[^<]*pump (?P<number>\d+) (?P<names>[a-z ]+) is broken"
    llm.add(
        Rule(match=Match(said="</receipts>"), reply=Reply(json={"claims": []}, delay=THINKS)),
        Rule(match=Match(purpose="^route"), reply=Reply(json={"steps": STEPS, "reason": "so"}, delay=THINKS)),
        Rule(match=Match(purpose="^create", opening=words, turn=0), reply=Reply(calls=(track,), delay=THINKS)),
        Rule(match=Match(purpose="^remind", opening=words, turn=0), reply=Reply(calls=(remind,), delay=THINKS)),
        Rule(match=Match(purpose="^(create|remind)"), reply=Reply(text="So it is.", delay=THINKS)),
    )


async def _heard_more(llm: LlmSandbox, count: int) -> None:
    """Wait until the model was asked so often more, or a while."""
    until = len(llm.requests) + count
    for _ in range(3000):  # a minute
        if len(llm.requests) >= until:
            return
        await asyncio.sleep(0.02)


async def _try_again(slack: SlackSandbox, asked: Iterable[str]) -> int:
    """Press what an apology offers; how many there were."""
    sorry = [one for ts in asked for one in slack.thread("#ops", ts) if "Try again" in one.buttons]
    for one in sorry:
        await slack.click("alice", "#ops", one.ts, "Try again")
    return len(sorry)


async def judge(
    db: Database, slack: SlackSandbox, llm: LlmSandbox, asked: dict[int, str], *, most_in_flight: int
) -> Verdict:
    """Hold what people asked against what was done and said.

    Args:
        most_in_flight: so many questions may have been lost on the way, and asked again.
    """
    async with db.read() as tx:
        turns = {turn.id: turn for turn in await tx.exec(select(Turn).order_by(col(Turn.id)))}
        uses = [use for use in await tx.exec(select(ToolCall)) if use.state == "done"]
        kept = len(list(await tx.exec(select(ModelCall))))
        reminders = [one for one in await tx.exec(select(Reminder)) if one.kind == "alarm"]
    verdict = Verdict()
    latest = {turn.thread_ts: turn for turn in turns.values()}
    done = Counter((turns[use.turn_id].thread_ts, use.tool) for use in uses)
    verdict.doubled += [f"{count} x {tool} for {thread}" for (thread, tool), count in done.items() if count > 1]
    if len(reminders) > len(asked):
        verdict.doubled.append(f"{len(reminders)} reminders for {len(asked)} requests")
    for number, ts in asked.items():
        turn = latest.get(ts)
        if turn is None or turn.state != "done" or sum(done[ts, tool] for tool in _TOOLS) != len(_TOOLS):
            verdict.lost.append(f"pump {number}: {turn.state if turn else 'no turn'}")
        said = [one.plain for one in slack.thread("#ops", ts) if one.bot_id]
        answers = [text for text in said if _CHANGES.search(text)]
        if not answers:
            verdict.silent.append(f"pump {number}: {said[-1:]}")
        elif len(answers) > 1:
            verdict.doubled.append(f"{len(answers)} answers about pump {number}")
    questions = sum(str(body).count("pump ") > 0 for body in llm.requests)
    verdict.repeated = max(0, questions - kept - most_in_flight)
    return verdict


_TOOLS = ("report_ticket", "set_reminder")
_CHANGES = re.compile(r"\b[12] changes?\b")


def main() -> None:
    """The command line."""
    options = argparse.ArgumentParser(prog="python bench/kill_turns.py", description=__doc__)
    options.add_argument("--turns", type=int, default=100)
    options.add_argument("--kills", type=int, default=30)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="chargehand-turns-") as folder:
        verdict = asyncio.run(campaign(Path(folder), turns=given.turns, kills=given.kills, seed=given.seed))
    print(verdict)
    for line in (*verdict.lost, *verdict.doubled, *verdict.silent):
        print(f"  {line}")
    sys.exit(0 if verdict.is_clean else 1)


if __name__ == "__main__":
    main()
