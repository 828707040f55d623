"""The agent looks things up on GitHub and writes there, once somebody has approved it, for who may write there."""

import html
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from bot.sandbox.github import Fault, GitHubSandbox
from bot.sandbox.llm import Call, LlmSandbox, Match, Reply, Rule
from bot.sandbox.slack import SlackSandbox
from storage import people
from storage.comments import Comment
from storage.identities import VERIFIED, Identity
from storage.proposals import Proposal
from storage.receipts import Receipt
from storage.repositories import Repository
from storage.thread_links import ThreadLink
from storage.tickets import Ticket
from storage.turns import ToolCall, TurnStep
from tests.github import hearing, settle
from tests.journeys.agent_team import calls, routes
from tests.journeys.test_home import shown as home
from tests.team import LONG_AGO, Bot, make_admin, press, quiet, report, select_all, slash

SHOP = "acme/shop"
SHORT = 10.0  # seconds for a request, which all else of it needs a tenth of
COMMENTS = f"POST /repos/{SHOP}/issues/1/comments"


@pytest.fixture
async def llm() -> AsyncIterator[LlmSandbox]:
    async with LlmSandbox.start() as sandbox:
        yield sandbox


@asynccontextmanager
async def at_work(
    github: GitHubSandbox, slack: SlackSandbox, llm: LlmSandbox, path: Path, /, *known: str, **changes: Any
) -> AsyncIterator[Bot]:
    """A bot with a model, as the App; issue 1 is CH-1, and these people have proven their logins."""
    values: dict[str, Any] = {
        "anthropic_api_key": "sk-test",
        "anthropic_base_url": llm.url,
        "github_app_id": str(github.app_id),
        "github_private_key": github.private_key,
    }
    async with hearing(github, slack, path, **(values | changes)) as bot:
        github.open_issue("frank", SHOP, title="redis is down")
        await settle(github, bot)
        async with bot.ctx.db.write() as tx:
            for login in known:
                person = await people.by_slack_id(tx, bot.ctx.workspace_id, slack.user(login).id)
                assert person
                names = {"value": login, "shown": login, "state": VERIFIED, "source": "admin", "at": LONG_AGO}
                tx.add(Identity(workspace_id=bot.ctx.workspace_id, person_id=person.id, **names))
        yield bot


async def use(bot: Bot) -> ToolCall:
    """The one tool that was used."""
    [found] = await bot.rows(select(ToolCall))
    assert isinstance(found, ToolCall)
    return found


async def approve(slack: SlackSandbox, bot: Bot, who: str, ts: str) -> None:
    asked = next(one for one in slack.thread("#ops", ts) if "*P-1*" in one.plain)
    await slack.click(who, "#ops", asked.ts, "Approve")
    await quiet(bot)


COMMENT = Call("comment_github", {"repository": "here", "number": 1, "text": "we see it in staging too"})
BARE = {"labels": [], "assignees": []}
SLOW = {
    "repository": "acme/shop",
    "title": "search is slow",
    "text": "search is slow since noon",
    "labels": ["Urgent"],
    "assignees": ["me", "@dave"],
}
HOSTILE = "![x](https://evil.example/a.png?d=1)[ok](https://evil.example) /close <img src=x> ghp_" + "a1" * 18
SAFE = (
    "we see it everywhere ok (evil\\[.\\]example) `/close` \\<img src=x\\> \\[redacted:github-token\\]"
    " <https://typed.example/a>"
)
ASK = "could you say on GitHub that “we see it in staging too” on #1?"


async def test_a_question_about_ci_is_answered_from_the_log(
    github: GitHubSandbox, slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "research")
    calls(
        llm,
        "research",
        Call("why_ci_fails", {"repository": "here", "number": 2, "from_line": 1}),
        then="The cart test fails.",
    )
    async with at_work(github, slack, llm, tmp_path) as bot:
        github.open_pull("bob", SHOP, title="Fix it", head="fix")
        failing = {"test": {"pytest": "failure"}}
        github.run_workflow(SHOP, "fix", failing, logs={"test": "cart.py:3: AssertionError: 1 != 2\n"})  # type: ignore[arg-type]
        ts = await report(bot, "bob", "ask why does CI fail on #2?")
        found = await use(bot)
    assert (found.state, "AssertionError: 1 != 2" in found.result) == ("done", True), found.result
    assert "The cart test fails." in slack.thread("#ops", ts)[-1].plain


async def test_what_the_thread_is_about_is_told_as_it_is_now(
    github: GitHubSandbox, slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    """No event tells of labels; what cannot be reached is one line, and the request goes on."""
    routes(llm, "research")
    calls(llm, "research", then="It is open.")
    async with at_work(github, slack, llm, tmp_path) as bot:
        github.open_issue("frank", SHOP, title="kafka is down", labels=["urgent"])
        await settle(github, bot)
        github.open_pull("bob", SHOP, title="CH-2 fix it", head="fix")
        await settle(github, bot)
        root = next(one.ts for one in slack.messages("#ops") if "CH-2" in one.plain)
        github.deploy(SHOP, "fix", "preview", url="https://fix.acme.example")
        github.run_workflow(SHOP, "fix", {"test": {"pytest": "failure"}})  # type: ignore[arg-type]
        await report(bot, "bob", "ask what is it about?", thread_ts=root)
        told = str(next(one["messages"] for one in llm.requests if "Purpose: research" in str(one)))
        assert "labels: urgent" in told
        assert "lines added" in told
        assert "state: failing" in told
        assert "preview: success https://fix.acme.example" in told
        before = len(llm.requests)
        github.fail(Fault(status=404, call=f"GET /repos/{SHOP}/issues/1", times=9))
        root = next(one.ts for one in slack.messages("#ops") if "CH-1" in one.plain)
        await report(bot, "bob", "ask and what is this about?", thread_ts=root)
        told = str(next(one["messages"] for one in llm.requests[before:] if "Purpose: research" in str(one)))
        assert f"issue {SHOP}#1: not reachable, as of " in told


async def test_a_comment_waits_for_approval_and_says_who_asked(
    github: GitHubSandbox, slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "comment")
    calls(llm, "comment", COMMENT, then="I asked.")
    async with at_work(github, slack, llm, tmp_path, "bob") as bot:
        async with bot.ctx.db.write() as tx:
            values = {"github_id": 99, "host": "github.com", "full_name": "acme/web", "created_at": LONG_AGO}
            tx.add(Repository(workspace_id=bot.ctx.workspace_id, **values))
        ts = await report(bot, "bob", ASK.replace("#1", f"{SHOP}#1, it is like acme/web#2"))
        assert github.comments() == []
        asked = next(one.plain for one in slack.thread("#ops", ts) if "*P-1*" in one.plain)
        assert "asks to `comment on acme/shop#1`. The request names acme/shop." in asked.splitlines()[0]
        assert "we see it in staging too" in asked
        assert "Nobody said this" not in asked
        await approve(slack, bot, "bob", ts)
        [comment] = github.comments()
        [receipt] = [one for one in await select_all(bot, Receipt) if one.tool]
    assert comment.body.startswith("we see it in staging too\n\n_requested by bob via Chargehand_\n\n<!-- chargehand:")
    assert (receipt.tool, receipt.object_id, receipt.name) == ("comment_github", "acme/shop#1", "R-1")
    assert receipt.url
    assert receipt.approver_id == receipt.actor_id
    [done] = [one.plain for one in slack.thread("#ops", ts) if "*P-1* is done" in one.plain]
    assert f"Commented on <{receipt.url}|acme/shop#1>." in done


async def test_what_was_retitled_since_it_was_shown_is_asked_anew_and_then_done(
    github: GitHubSandbox, slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    """And what GitHub refuses once is done by another try, under the same key."""
    routes(llm, "comment")
    calls(llm, "comment", COMMENT, then="I asked.")
    async with at_work(github, slack, llm, tmp_path, "bob") as bot:
        ts = await report(bot, "bob", ASK)
        github.edit_issue("frank", SHOP, 1, title="redis is slow")
        await approve(slack, bot, "bob", ts)
        assert github.comments() == []
        anew = next(one for one in slack.thread("#ops", ts) if "*P-2*" in one.plain)
        assert "has changed since: title: redis is down → redis is slow." in anew.plain
        github.fail(Fault(status=403, call=COMMENTS))
        await slack.click("bob", "#ops", anew.ts, "Approve")
        await quiet(bot)
        failed = slack.thread("#ops", ts)[-1]
        assert failed.plain.startswith("*P-2* could not be done: GitHub does not let Chargehand do that")
        assert slack.message("#ops", anew.ts).plain.endswith(", but it could not be done.")
        await slack.click("bob", "#ops", failed.ts, "Try again")
        await quiet(bot)
        [comment] = github.comments()
        rows = await select_all(bot, Proposal)
        [receipt] = [one for one in await select_all(bot, Receipt) if one.tool]
    assert comment.body.startswith("we see it in staging too")
    assert [(one.state, one.outcome) for one in rows] == [("stale", ""), ("approved", "executed")]
    assert receipt.key == f"proposal:{rows[1].id}:done"
    assert slack.message("#ops", anew.ts).plain.endswith(", and done (R-1).")


async def test_what_is_closed_already_is_not_closed_again(
    github: GitHubSandbox, slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "close")
    closing = Call("close_issue", {"repository": "acme/shop", "number": 1, "reason": "completed"})
    calls(llm, "close", closing, then="I asked.")
    async with at_work(github, slack, llm, tmp_path, "bob") as bot:
        ts = await report(bot, "bob", "could you close acme/shop#1 on GitHub as completed, it is fixed?")
        asked = next(one for one in slack.thread("#ops", ts) if "*P-1*" in one.plain)
        assert "• state: open → closed" in asked.plain
        github.close_issue("frank", SHOP, 1)
        await approve(slack, bot, "alice", ts)
        [proposal] = await select_all(bot, Proposal)
    assert slack.message("#ops", asked.ts).plain.endswith(": not done: it is so already.")
    assert proposal.state == "stale"


async def test_a_comment_is_edited_before_it_is_written(
    github: GitHubSandbox, slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "comment")
    calls(llm, "comment", COMMENT, then="I asked.")
    async with at_work(github, slack, llm, tmp_path, "bob") as bot:
        ts = await report(bot, "bob", ASK)
        asked = next(one for one in slack.thread("#ops", ts) if "*P-1*" in one.plain)
        await slack.click("bob", "#ops", asked.ts, "Edit…")
        form = await slack.until(lambda: slack.modal("bob"))
        assert form
        assert [block["block_id"] for block in form["blocks"]] == ["text"]
        assert await slack.submit("bob", {"text": f"we see it everywhere {HOSTILE} https://typed.example/a"}) == {}
        await quiet(bot)
        anew = next(one for one in slack.thread("#ops", ts) if "*P-2*" in one.plain)
        assert f"\n> {html.escape(SAFE, quote=False)}" in anew.plain
        await slack.click("bob", "#ops", anew.ts, "Approve")
        await quiet(bot)
        [comment] = github.comments()
    assert comment.body.startswith(f"{SAFE}\n")


async def test_a_lost_answer_is_looked_up_and_not_repeated(
    github: GitHubSandbox, slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "comment")
    calls(llm, "comment", COMMENT, then="[[R-1]]")
    async with at_work(github, slack, llm, tmp_path, "bob", approvals="open") as bot:
        github.fail(Fault(kind="reset", when="after", call=COMMENTS))
        ts = await report(bot, "bob", ASK)
        found = await use(bot)
    assert len(github.comments()) == 1
    assert found.state == "done", found.result
    assert "Commented on " in slack.thread("#ops", ts)[-1].plain


async def test_what_nobody_can_look_up_is_told_as_maybe_done(
    github: GitHubSandbox, slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "comment")
    calls(llm, "comment", COMMENT, then="[[R-1]]")
    async with at_work(github, slack, llm, tmp_path, "bob", approvals="open") as bot:
        github.fail(Fault(kind="reset", when="after", call=COMMENTS))
        github.fail(Fault(status=404, call=COMMENTS.replace("POST", "GET"), times=9))
        ts = await report(bot, "bob", ASK)
        found = await use(bot)
    assert found.state == "uncertain"
    assert "It may have happened" in found.result
    assert len(github.comments()) == 1
    told = slack.thread("#ops", ts)[-1].plain
    assert told.startswith("*It may have happened:*")
    assert f"Look at <{github.url}/{SHOP}/issues/1|acme/shop#1> first." in told
    assert "something may have happened · " in told
    assert "othing was changed" not in told
    assert "Not done" not in told


async def test_what_was_approved_and_nobody_can_look_up_is_told_so_and_tried_again(
    github: GitHubSandbox, slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    """The step that needs it is not begun, and the second try looks before it writes."""
    routes(llm, "comment", "research")
    calls(llm, "comment", COMMENT, then="I asked.")
    async with at_work(github, slack, llm, tmp_path, "bob") as bot:
        ts = await report(bot, "bob", ASK)
        github.fail(Fault(kind="reset", when="after", call=COMMENTS))
        github.fail(Fault(status=404, call=COMMENTS.replace("POST", "GET"), times=9))
        await approve(slack, bot, "bob", ts)
        [proposal] = await bot.rows(select(Proposal))
        assert (proposal.state, proposal.outcome) == ("approved", "uncertain")
        [told] = [
            one for one in slack.thread("#ops", ts) if "*P-1* may have been done. It may have happened" in one.plain
        ]
        assert "*P-1* could not be done" not in str(slack.thread("#ops", ts))
        steps = await bot.rows(select(TurnStep).order_by(TurnStep.number))
        assert [step.state for step in steps] == ["done", "failed"]
        [rest] = [one.plain for one in slack.thread("#ops", ts) if "What the rest of this needs could not" in one.plain]
        assert "othing was changed" not in rest
        github.mend()
        await slack.click("bob", "#ops", told.ts, "Try again")
        await quiet(bot)
        assert [one.outcome for one in await bot.rows(select(Proposal))] == ["executed"]
        assert len(github.comments()) == 1


async def test_an_approved_write_is_brought_to_its_end_when_the_time_of_its_request_is_up(
    github: GitHubSandbox, slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "comment")
    calls(llm, "comment", COMMENT, then="I asked.")
    async with at_work(github, slack, llm, tmp_path, "bob", turn_seconds=SHORT, call_timeout_seconds=60.0) as bot:
        ts = await report(bot, "bob", ASK)
        github.fail(Fault(kind="slow", seconds=SHORT + 0.5, call=COMMENTS))
        await approve(slack, bot, "bob", ts)
        assert [one.outcome for one in await bot.rows(select(Proposal))] == ["executed"]
        assert len(github.comments()) == 1


@pytest.mark.parametrize(
    ("known", "who", "why", "state"),
    [
        ((), "bob", "I do not know who you are on GitHub", "failed"),
        (("frank",), "frank", "that is for responders", "refused"),
    ],
    ids=["no login", "no role"],
)
async def test_who_may_not_write_there_is_told_why(
    github: GitHubSandbox,
    slack: SlackSandbox,
    llm: LlmSandbox,
    tmp_path: Path,
    known: tuple[str, ...],
    who: str,
    why: str,
    state: str,
) -> None:
    routes(llm, "comment")
    calls(llm, "comment", COMMENT, then="No.")
    async with at_work(github, slack, llm, tmp_path) as bot:
        await report(bot, who, ASK)
        found = await use(bot)
        assert await select_all(bot, Proposal) == []
    assert found.state == state
    assert why in found.result


async def test_an_issue_is_closed_by_somebody_elses_approval_and_its_ticket_with_it(
    github: GitHubSandbox, slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "close")
    closing = Call("close_issue", {"repository": "acme/shop", "number": 1, "reason": "completed"})
    calls(llm, "close", closing, then="I asked.")
    async with at_work(github, slack, llm, tmp_path, "bob", approvals="open") as bot:
        ts = await report(bot, "bob", "could you close acme/shop#1 on GitHub as completed, it is fixed?")
        await approve(slack, bot, "bob", ts)
        assert github.issue(SHOP, 1).state == "open"  # who asked may not approve what ends something
        await approve(slack, bot, "alice", ts)
        assert github.issue(SHOP, 1).state == "closed"
        [ticket] = await select_all(bot, Ticket)
        assert ticket.status == "resolved"


async def test_what_is_asked_directly_and_not_for_its_asker_to_approve_is_shown_to_who_may(
    github: GitHubSandbox, slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    """Without the words of the request, and to nobody else."""
    routes(llm, "close")
    closing = Call("close_issue", {"repository": "acme/shop", "number": 1, "reason": "completed"})
    calls(llm, "close", closing, then="I asked.")
    async with at_work(github, slack, llm, tmp_path, "bob") as bot:
        await make_admin(bot, "alice")
        await report(bot, "bob", "could you close acme/shop#1 on GitHub, my secret is out?", channel="@chargehand")
        asked = next(one.plain for one in slack.dms("bob") if "*P-1*" in one.plain)
        assert "@alice can approve it: it is shown to them in a direct message." in asked
        [shown] = [one for one in slack.dms("alice") if "*P-1*: @bob asks to `close acme/shop#1`." in one.plain]
        assert shown.buttons == ["Approve", "Edit…", "Deny…"]
        assert "• state: open → closed" in shown.plain
        assert "secret" not in shown.plain
        assert "There is no P-1 that you can see." in await slash(bot, "carol", "approve P-1")
        assert "*P-1*: @bob asks to `close" in await slash(bot, "alice", "proposals")
        await slack.open_home("alice")
        await quiet(bot)
        assert "*P-1*: @bob" in home(slack, "alice")
        await press(slack, bot, "alice", "Approve")
        assert github.issue(SHOP, 1).state == "closed"
        assert slack.message(shown.channel, shown.ts).plain.endswith(", and done (R-1).")


async def test_reviewers_are_asked_by_their_proven_logins(
    github: GitHubSandbox, slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "review")
    wish = {"repository": "here", "number": 2, "people": ["@alice", "@bob"]}
    calls(llm, "review", Call("request_reviewers", wish), then="[[R-1]]")
    async with at_work(github, slack, llm, tmp_path, "alice", "bob", approvals="open") as bot:
        github.open_pull("bob", SHOP, title="Fix it", head="fix")
        ts = await report(bot, "bob", "could you ask @alice and @bob to review #2 please?")
        found = await use(bot)
    assert found.state == "done", found.result
    answer = slack.thread("#ops", ts)[-1].plain
    assert f"Asked for a review of <{github.url}/{SHOP}/pull/2|acme/shop#2>." in answer
    assert "bob was not asked: it is their own pull request in acme/shop." in answer


async def test_an_issue_is_opened_from_a_thread_that_follows_it_from_then_on(
    github: GitHubSandbox, slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    """With what was asked for and GitHub gave it; whoever asks for the same again may comment on it instead."""
    routes(llm, "create")
    calls(llm, "create", Call("create_issue", SLOW), then="I asked.")
    asks = "ask could you open an issue in acme/shop, urgent, for me and @dave: search is slow since noon"
    async with at_work(github, slack, llm, tmp_path, "bob", "dave") as bot:
        github.open_issue("frank", SHOP, title="kafka is down", labels=["urgent"])
        ts = await report(bot, "bob", asks)
        asked = next(one.plain for one in slack.thread("#ops", ts) if "*P-1*" in one.plain)
        assert f"|request>: “{asks.removeprefix('ask ')}”" in asked
        assert "> Labels: Urgent\n> Assignees: bob, dave" in asked
        assert "Nobody said this" not in asked
        github.repository(SHOP).roles.pop("dave")
        await approve(slack, bot, "bob", ts)
        assert "dave was not assigned: no access to acme/shop." in slack.thread("#ops", ts)[-1].plain
        issue = github.issue(SHOP, 3)
        assert (issue.title, issue.body.splitlines()[0]) == ("search is slow", "search is slow since noon")
        assert len(await select_all(bot, Ticket)) == 2  # our own issue is not reported to us
        github.comment("carol", SHOP, 3, "The index is too big.")
        await settle(github, bot)
        assert f"*carol* wrote on <{github.url}/{SHOP}/issues/3#" in slack.thread("#ops", ts)[-1].plain
        link = next(one for one in await select_all(bot, ThreadLink) if one.thread_ts == ts)
        assert (link.phase, link.ticket_id) == ("open", None)
        ts = await report(bot, "bob", asks)
        again = next(one for one in slack.thread("#ops", ts) if "looks like this and is open" in one.plain)
        assert again.buttons == ["Add it to #3", "Create anyway", "Cancel"]
        await slack.click("bob", "#ops", again.ts, "Add it to #3")
        await quiet(bot)
        assert (await select_all(bot, Proposal))[-1].said == "comment on acme/shop#3"


async def test_of_many_issues_in_one_request_the_fourth_waits(
    github: GitHubSandbox, slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    """Each that is to be opened is an object of its own, though none has a number yet."""
    titles = [f"the {name} page is slow" for name in ("cart", "login", "search", "order")]
    routes(llm, "create")
    drafts = [Call("create_issue", {"repository": SHOP, "title": one, "text": one, **BARE}) for one in titles]
    calls(llm, "create", *drafts, then="I asked.")
    async with at_work(github, slack, llm, tmp_path, "bob", approvals="open", turn_seconds=300) as bot:
        quoted = ", ".join(f"“{one}”" for one in titles)
        await report(bot, "bob", f"ask could you open issues in acme/shop: {quoted}")
        uses = await bot.rows(select(ToolCall).order_by(ToolCall.id))
        assert [one.state for one in uses] == ["done", "done", "done", "proposed"], [one.result for one in uses]
        assert [github.issue(SHOP, number).title for number in (2, 3, 4)] == titles[:3]
        [proposal] = await select_all(bot, Proposal)
        assert proposal.ungrounded == []


async def test_an_issue_that_looks_like_an_open_ticket_is_asked_about_before_it_is_proposed(
    github: GitHubSandbox, slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    """As a ticket is; where its asker wants no questions, the proposal alone says what it looks like."""
    routes(llm, "create")
    wish = {"repository": "acme/shop", "title": "redis is down again", "text": "redis is down again"} | BARE
    calls(llm, "create", Call("create_issue", wish), then="I asked.")
    asks = "ask could you open a GitHub issue in acme/shop: redis is down again"
    async with at_work(github, slack, llm, tmp_path, "bob") as bot:
        for press, proposed, comments in (("Cancel", 0, 0), ("Add it to CH-1", 0, 1), ("Create anyway", 1, 1)):
            ts = await report(bot, "bob", asks)
            [asked] = [one for one in slack.thread("#ops", ts) if "looks like this and is open" in one.plain]
            assert asked.buttons == ["Add it to CH-1", "Create anyway", "Cancel"]
            await slack.click("bob", "#ops", asked.ts, press)
            await quiet(bot)
            found = len(await select_all(bot, Proposal)), len(await select_all(bot, Comment))
            assert found == (proposed, comments), press
        await report(bot, "bob", f"{asks}, just create it")
        last = (await select_all(bot, Proposal))[-1]
        assert (last.said, last.name) == ("open an issue in acme/shop", "P-2")
    assert github.comments() == []


async def test_a_coding_agent_gets_work_where_a_manager_has_said_so(
    github: GitHubSandbox, slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "delegate")
    wish = {"repository": "here", "number": 1, "goal": "fix it", "body": "/merge @dave", "plan_only": True}
    calls(llm, "delegate", Call("delegate", wish), then="I asked.")
    async with at_work(github, slack, llm, tmp_path, "bob") as bot:
        await report(bot, "bob", "could you have the coding agent plan a fix for #1?")
        assert "No coding agent may be given work in acme/shop" in (await use(bot)).result
        shown = await slash(bot, "alice", 'channel delegate acme/shop "@claude"')
        assert "Coding agents: acme/shop `@claude`." in shown
        ts = await report(bot, "bob", "could you have the coding agent plan a fix for #1 now?")
        await slash(bot, "alice", 'channel delegate acme/shop "@codex"')
        await approve(slack, bot, "alice", ts)
        assert github.comments() == []
        anew = next(one for one in slack.thread("#ops", ts) if "*P-2*" in one.plain)
        assert "has changed since: agent: @claude → @codex." in anew.plain
        await slash(bot, "alice", "approve P-2")
        [comment] = github.comments()
        again = await report(bot, "bob", "could you have the coding agent plan a fix for #1 again?")
        last = (await bot.rows(select(ToolCall)))[-1]
    assert again
    assert comment.body.startswith("@codex fix it\n")
    assert "Plan only: do not change any file, and do not merge." in comment.body
    assert "\n/merge" not in comment.body
    assert "@dave" not in comment.body
    assert "was given to a coding agent already (R-1)" in last.result


async def test_which_repository_is_meant_is_asked_where_nothing_says_it(
    github: GitHubSandbox, slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "create")
    draft = {"title": "redis is slow", "text": "redis is slow since noon"} | BARE
    for turn, repository in enumerate(("here", SHOP)):
        asked = (Call("create_issue", {"repository": repository, **draft}),)
        llm.add(Rule(match=Match(purpose="^create", turn=turn), reply=Reply(calls=asked)))
    llm.add(Rule(match=Match(purpose="^create"), reply=Reply(text="I asked.")))
    async with at_work(github, slack, llm, tmp_path, "bob") as bot:
        async with bot.ctx.db.write() as tx:
            other = {"github_id": 99, "host": "github.com", "full_name": "acme/site", "created_at": LONG_AGO}
            tx.add(Repository(workspace_id=bot.ctx.workspace_id, **other))
        ts = await report(bot, "bob", "ask could you open an issue on GitHub that redis is slow since noon")
        [which] = [one for one in slack.thread("#ops", ts) if "Which repository?" in one.plain]
        assert which.buttons == [SHOP, "acme/site", "Just create it"]
        await slack.click("bob", "#ops", which.ts, SHOP)
        await quiet(bot)
        [proposal] = await select_all(bot, Proposal)
    assert (proposal.said, proposal.state) == (f"open an issue in {SHOP}", "open")
    assert "repository" not in proposal.ungrounded, "what is pressed is said"
