"""On a tracked issue one comment says which ticket it is, whatever happens to the request for it."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.github.pace import WRITES
from bot.sandbox.github import Fault, GitHubSandbox
from bot.sandbox.slack import SlackSandbox
from storage import limits
from storage.queue import Job
from storage.receipts import Receipt
from tests.github import hearing, settle
from tests.team import Bot, select_all
from tests.waiting import until

CALL = "POST /repos/acme/shop/issues/1/comments"
MARKER = "<!-- chargehand:tracked:"


async def track(github: GitHubSandbox, bot: Bot) -> None:
    github.open_issue("frank", "acme/shop", title="redis is down")
    await settle(github, bot)


async def receipt(bot: Bot) -> Receipt:
    """Of the one comment."""
    [found] = [one for one in await select_all(bot, Receipt) if one.kind == "github.comment"]
    return found


@pytest.mark.parametrize("is_app", [True, False], ids=["as the App", "with a token"])
async def test_the_issue_hears_once_which_ticket_it_is(
    github: GitHubSandbox, slack: SlackSandbox, tmp_path: Path, is_app: bool
) -> None:
    app = {"github_app_id": str(github.app_id), "github_private_key": github.private_key}
    who = app if is_app else {"github_token": github.token}
    async with hearing(github, slack, tmp_path, github_comment=True, **who) as bot:
        await track(github, bot)
        [comment] = github.comments(containing=MARKER)
        assert comment.body.startswith("Tracked as CH-1\n")
        proof = await receipt(bot)
        assert (proof.state, proof.external_id, proof.channel_id) == ("confirmed", str(comment.id), "")
        assert proof.url
        assert proof.ticket_id == (await bot.ticket()).id


async def test_it_is_not_said_unless_asked_for(github: GitHubSandbox, slack: SlackSandbox, tmp_path: Path) -> None:
    async with hearing(github, slack, tmp_path, github_token=github.token) as bot:
        await track(github, bot)
        assert github.comments() == []


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kind", ["status", "reset"])
async def test_a_lost_answer_is_looked_up_and_not_repeated(
    github: GitHubSandbox, slack: SlackSandbox, tmp_path: Path, when: str, kind: str
) -> None:
    github.fail(Fault(kind=kind, when=when, call=CALL))
    async with hearing(
        github, slack, tmp_path, github_comment=True, github_token=github.token, effect_settle_s=0.2
    ) as bot:
        await track(github, bot)
        assert len(github.comments(containing=MARKER)) == 1
        assert len(github.calls(CALL)) == (1 if when == "after" else 2)
        assert (await receipt(bot)).state == "confirmed"


async def test_it_waits_for_its_turn_in_the_queue_and_not_in_a_worker(
    github: GitHubSandbox, slack: SlackSandbox, tmp_path: Path
) -> None:
    """So that a process that dies meanwhile does not count against it."""
    async with hearing(github, slack, tmp_path, github_comment=True, github_token=github.token) as bot:
        async with bot.ctx.db.write() as tx:
            for _ in range(20):
                await limits.take(tx, "github:write:token", WRITES, now=bot.ctx.clock(), patience=timedelta(minutes=1))
        github.open_issue("frank", "acme/shop", title="redis is down")

        async def put_off() -> Job | None:
            found = [job for job in await select_all(bot, Job) if job.kind == "github.comment"]
            return next((job for job in found if job.error_class == "throttled" and job.state == "ready"), None)

        waiting = await until(put_off)
        assert waiting.attempts == 0
        assert (waiting.not_before - waiting.created_at).total_seconds() == pytest.approx(20, abs=5)
        assert github.calls(CALL) == []


async def test_what_cannot_be_looked_up_is_a_dead_letter(
    github: GitHubSandbox, slack: SlackSandbox, tmp_path: Path
) -> None:
    github.fail(Fault(when="after", call=CALL))
    github.fail(Fault(status=404, call=CALL.replace("POST", "GET")))
    async with hearing(
        github, slack, tmp_path, github_comment=True, github_token=github.token, effect_settle_s=0.2
    ) as bot:
        await track(github, bot)
        [dead] = [job for job in await select_all(bot, Job) if job.state == "dead"]
        assert dead.kind == "github.comment"
        assert (dead.error_class, dead.attempts) == ("uncertain", 2)
        assert len(github.calls(CALL)) == 1
