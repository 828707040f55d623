"""Turns are found by what they are about; what was said in them goes in time, and what they took much later."""

from datetime import timedelta
from typing import Any

import pytest

from agent.turns.texts import cut_down, forget
from bot.settings.kinds import TraceText
from storage import retention, turn_pages, turns, turns_about
from storage.database import Database, Tx
from storage.feedback import Feedback
from storage.issues import Issue
from storage.people import Person
from storage.proposals import Proposal
from storage.pulls import Pull
from storage.questions import Question
from storage.receipts import Receipt
from storage.repositories import Repository
from storage.retention import Keep
from storage.thread_links import ThreadLink
from storage.tickets import Ticket
from storage.turn_pages import Wanted
from storage.turns import ModelCall, ToolCall, Turn, TurnStep
from tests.storage.queue.steps import NOON

KEEP = Keep(bodies=14, ignored=3, deliveries=90, jobs=30, steps=14, traces=30, threads=90)
DAY = timedelta(days=1)
BRANCHES = {"is_draft": False, "url": "", "head_ref": "x", "head_sha": "a", "base_ref": "main"}
PLACE = {"channel_id": "C1", "root_text": "ann@example.com: it is down", "files": "", "permalink": "https://x/p1"}


async def add(tx: Tx, number: int, **fields: Any) -> Turn:
    """A turn that has ended, with one step, one answer of a model and one tool."""
    if await tx.get(Person, 1) is None:
        tx.add(Person(id=1, workspace_id="T1", slack_id="U1", name="ann", created_at=NOON))
        await tx.flush()
    values: dict[str, Any] = {
        "workspace_id": "T1",
        "number": number,
        "key": f"turn:{number}",
        "actor_id": 1,
        "slack_id": "U1",
        "surface": "mention",
        "channel_id": "C1",
        "thread_ts": f"{number}.1",
        "message_ts": f"{number}.2",
        "place": PLACE,
        "text": "give it to bob@example.com",
        "state": "done",
        "route": {"by": "model", "reason": "for bob@example.com", "steps": [{"specialist": "assign", "goal": "g"}]},
        "created_at": NOON,
        "ended_at": NOON,
        "correlation_id": f"c{number}",
    }
    turn = Turn(**(values | fields))
    tx.add(turn)
    await tx.flush()
    mine = {"workspace_id": "T1", "turn_id": turn.id}
    tx.add(TurnStep(**mine, number=1, specialist="assign", goal="g", text="I gave it to bob@example.com"))
    call = {"id": "1", "name": "assign", "arguments": {"people": ["bob@example.com"]}}
    tx.add(ModelCall(**mine, step=1, number=1, purpose="assign", prompt="p", text="ok", calls=[call], at=NOON))
    tx.add(
        ToolCall(
            **mine,
            step=1,
            model_call=1,
            call_id="1",
            tool="assign",
            arguments={"ticket": f"CH-{number}", "people": ["bob@example.com"]},
            effect_key=f"e{number}",
            state="done",
            result="given to bob@example.com",
            shown={"text": "bob@example.com", "buttons": [{"label": "x"}]},
            at=NOON,
        )
    )
    await tx.flush()
    return turn


def question(turn: Turn) -> Question:
    """What was asked of ann, and what she said."""
    asked = {"step": 1, "model_call": 1, "call_id": "1", "channel_id": "C1", "slot": "person", "state": "answered"}
    words = {"text": "Who? bob@example.com?", "choices": [["bob", "bob@example.com"]], "answer": "bob@example.com"}
    return Question(workspace_id="T1", turn_id=turn.id, created_at=NOON, due_at=NOON, **asked, **words)


def _use(turn: Turn, arguments: dict[str, Any], result: str) -> ToolCall:
    key = f"{turn.id}:{arguments}"
    said = {"arguments": arguments, "result": result, "effect_key": key, "call_id": key, "state": "done", "at": NOON}
    return ToolCall(workspace_id="T1", turn_id=turn.id, step=1, model_call=1, tool="get_issue", **said)


def _proposal(turn: Turn, arguments: dict[str, Any]) -> Proposal:
    times = {"created_at": NOON, "expires_at": NOON}
    asks = {"verb": "agent", "arguments": arguments, "said": "close it", "needs": "track", "before": {}, "after": {}}
    return Proposal(workspace_id="T1", number=1, asker_id=1, turn_id=turn.id, **asks, **times)


async def add_ticket(tx: Tx, number: int) -> Ticket:
    ticket = Ticket(workspace_id="T1", number=number, title="x", description="x", source="slack", channel_id="C1")
    ticket.created_at = NOON
    tx.add(ticket)
    await tx.flush()
    return ticket


async def test_a_turn_is_found_by_its_ticket_issue_and_messages(db: Database) -> None:
    async with db.write() as tx:
        one, two, three = [await add(tx, number) for number in (1, 2, 3)]
        done, thread, issue = [await add_ticket(tx, number) for number in (11, 12, 13)]
        proof = {"workspace_id": "T1", "kind": "command", "channel_id": "C1", "at": NOON}
        tx.add(Receipt(**proof, key="r1", turn_id=one.id, ticket_id=done.id))
        tx.add(Receipt(**proof, key="answer", ts="1700000000.000100", correlation_id="c3"))
        tx.add(ThreadLink(workspace_id="T1", channel_id="C1", thread_ts="2.1", ticket_id=thread.id))
        shop = Repository(workspace_id="T1", github_id=5, host="github.com", full_name="acme/shop", created_at=NOON)
        tx.add(shop)
        await tx.flush()
        known = {"workspace_id": "T1", "repository_id": shop.id, "title": "x", "body": "", "state": "open", "url": ""}
        tx.add(Issue(**known, number=7, ticket_id=issue.id))
        tx.add(Receipt(**proof, key="r3", turn_id=three.id, ticket_id=issue.id))
        four, five, six, seven, eight = [await add(tx, number) for number in range(4, 9)]
        tx.add(Receipt(**proof, key="r4", turn_id=four.id, object_id="acme/shop#21"))
        tx.add(_use(five, {"repository": "shop", "number": 21, "from_line": 1}, "it is open"))
        tx.add(_use(six, {"repository": "here", "number": 21}, "@ann commented on acme/shop#21"))
        tx.add(_use(six, {"repository": "acme/api", "number": 22}, "it is open"))
        tx.add(_use(seven, {"repository": "here", "number": 21}, "it is open"))  # of which one nobody can tell
        tx.add(_use(seven, {"number": 21}, "R-21 is cancelled"))
        tx.add(_proposal(seven, {"tool": "close_issue", "arguments": {"repository": "acme/shop", "number": 23}}))
        pull = Pull(repository_id=shop.id, workspace_id="T1", number=24, title="x", state="open", **BRANCHES)
        opened = Issue(**known, number=25)
        tx.add_all([pull, opened])
        await tx.flush()
        tx.add(ThreadLink(workspace_id="T1", channel_id="C1", thread_ts="8.1", pull_id=pull.id, issue_id=opened.id))
    async with db.read() as tx:
        for text, ids in {
            "CH-11": {one.id},
            "ch12": {two.id},
            "CH-2": set(),  # there is no such ticket
            "acme/shop#7": {three.id},
            "#7": {three.id},
            "#8": set(),
            "acme/shop#21": {four.id, five.id, six.id},
            "#21": {four.id, five.id, six.id},
            "acme/shop#2": set(),
            "acme/api#22": {six.id},  # it was never connected
            "acme/shop#22": set(),
            "https://github.com/acme/shop/issues/23": {seven.id},
            "https://github.com/acme/shop/pull/24": {eight.id},
            "#25": {eight.id},
            "https://github.com/acme/shop/issues/7#issuecomment-1": {three.id},
            "https://x.slack.com/archives/C1/p1700000000000100": {three.id},
            "https://x.slack.com/archives/C1/p1700000000999999?thread_ts=2.1&cid=C1": {two.id},
            "https://x.slack.com/archives/C2/p1700000000000100?cid=C2": set(),
        }.items():
            assert await turns_about.about(tx, "T1", text) == ids, text
        assert await turns_about.about(tx, "T1", "redis") is None
        assert [turn.number for turn in await turn_pages.find(tx, "T1", Wanted(ids={one.id, two.id}))] == [2, 1]
        assert await turn_pages.find(tx, "T2", Wanted()) == []


@pytest.mark.parametrize(
    ("keep", "text"),
    [("full", "bob@example.com"), ("redacted", "[redacted:email]"), ("none", "")],
)
async def test_what_is_kept_of_a_turn_that_has_ended_is_as_it_was_set(db: Database, keep: TraceText, text: str) -> None:
    async with db.write() as tx:
        more = {"text": "bob@example.com?", "ts": "1.3", "place": PLACE}
        turn = await add(tx, 1, follow_ups=[more])
        tx.add(question(turn))
        await tx.flush()
        await cut_down(tx, turn, keep)
    async with db.read() as tx:
        found = await turn_pages.trace(tx, await turns.get(tx, 1))
    [step], [call], [use] = found.steps, found.model_calls, found.tool_calls
    said = [found.turn.text, step.text, use.result, found.turn.route["reason"]]
    assert [text in one and (keep == "full" or "bob@" not in one) for one in said] == [True] * 4, said
    assert str([call.calls, use.arguments, use.shown]).count(text or "bob@") == (0 if keep == "none" else 3)
    [asked] = found.questions
    assert str([asked.text, asked.choices, asked.answer]).count(text or "bob@") == (0 if keep == "none" else 3)
    [more] = found.turn.follow_ups
    assert [one in str(more) for one in ("ann@example.com", "bob@example.com")] == [keep == "full"] * 2
    assert found.turn.route["by"] == "model"
    assert (use.tool, use.state, found.turn.place["permalink"]) == ("assign", "done", "https://x/p1")


async def test_somebodys_words_are_forgotten_once_they_are_not_needed(db: Database) -> None:
    async with db.write() as tx:
        ended, waiting = await add(tx, 1), await add(tx, 2, ended_at=None, state="waiting")
        tx.add(Feedback(workspace_id="T1", turn_id=ended.id, person_id=1, value="down", reason="wrong", at=NOON))
        await tx.flush()
        await forget(tx, "T1", 1)
    async with db.read() as tx:
        gone, kept = [await turn_pages.trace(tx, await turns.get(tx, one.id)) for one in (ended, waiting)]
    assert (gone.turn.text, gone.steps[0].text, gone.tool_calls[0].arguments) == ("", "", {})
    assert [(one.value, one.reason) for one in gone.feedback] == [("down", "")]
    assert (kept.turn.text, kept.steps[0].text) != ("", "")


async def test_words_go_after_a_month_and_figures_after_a_year_and_more(db: Database) -> None:
    async with db.write() as tx:
        for number, age in enumerate((29, 31, 401, 402), 1):
            more = {"text": "and bob", "ts": "1.3", "place": PLACE}
            words = {
                "text": "" if number == 3 else "give it to bob",
                "follow_ups": [more],
            }  # purged before, by its text
            turn = await add(tx, number, ended_at=NOON - age * DAY, **words)
            said = {"value": "up", "reason": "it was bob"}
            tx.add(Feedback(workspace_id="T1", turn_id=turn.id, person_id=1, at=NOON, **said))
            tx.add(question(turn))
        waiting = await add(tx, 5, ended_at=None, state="waiting", created_at=NOON - 500 * DAY)
        tx.add(Receipt(workspace_id="T1", kind="command", channel_id="C1", at=NOON, key="r", turn_id=4))
    rules = [rule for rule in retention.rules(KEEP, now=NOON) if rule.what.startswith(("texts", "figures"))]
    went = {rule.what: await retention.apply(db, rule) for rule in rules}
    assert went == {
        "texts of specialists": 3,
        "texts of models": 3,
        "texts of tools": 3,
        "texts of questions": 3,
        "texts of feedback": 3,
        "texts of turns": 3,
        "figures of specialists": 2,
        "figures of models": 2,
        "figures of tools": 2,
        "figures of feedback": 2,
        "figures of questions": 2,
        "figures of turns": 1,  # the other one did something, and its receipt stays
    }
    assert sum([await retention.apply(db, rule) for rule in rules]) == 0, "once is enough"
    async with db.read() as tx:
        left = {turn.number: turn for turn in await turn_pages.find(tx, "T1", Wanted())}
        assert {number: bool(turn.text) for number, turn in left.items()} == {1: True, 2: False, 4: False, 5: True}
        old = await turn_pages.trace(tx, left[2])
        assert (await turn_pages.trace(tx, waiting)).steps[0].text
    assert {"root_text", "files"}.isdisjoint(old.turn.place)
    assert (old.turn.follow_ups, [one.reason for one in old.feedback]) == ([], [""])
    assert (old.turn.place["permalink"], old.turn.route["by"]) == ("https://x/p1", "model")
    assert "reason" not in old.turn.route
    assert (old.steps[0].text, old.model_calls[0].calls, old.tool_calls[0].arguments) == ("", [], {})
    assert old.tool_calls[0].shown is None
    assert [(one.text, one.answer, one.choices, one.slot) for one in old.questions] == [("", "", [], "person")]
    assert old.tool_calls[0].tool == "assign"


async def test_what_answers_take_adds_up_until_one_has_no_price_and_a_step_ends_alone(db: Database) -> None:
    async with db.write() as tx:
        ended = await add(tx, 1, input_tokens=5, output_tokens=1, cost=7)
        tx.add(TurnStep(workspace_id="T1", turn_id=ended.id, number=2, specialist="research", goal="look"))
    async with db.write() as tx:
        await turns.took(tx, ended.id, input_tokens=10, output_tokens=2, cost=3)
        await turns.end_step(tx, ended.id, 2, state="failed", text="", why="it took too long")
    async with db.read() as tx:
        row = await turns.get(tx, ended.id)
        assert (row.input_tokens, row.output_tokens, row.cost) == (15, 3, 10)
        assert [(one.number, one.state) for one in await turns.steps(tx, ended.id)][1] == (2, "failed")
        assert (await turns.steps(tx, ended.id))[0].state != "failed"
    for cost in (None, 3):
        async with db.write() as tx:
            await turns.took(tx, ended.id, input_tokens=0, output_tokens=0, cost=cost)
    async with db.read() as tx:
        assert (await turns.get(tx, ended.id)).cost is None
