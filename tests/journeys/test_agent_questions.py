"""What the agent cannot go on without it asks its asker, at most twice; their answer, and nobody else's, goes on."""

from datetime import timedelta
from pathlib import Path

from sqlmodel import select

from bot.sandbox.llm import Call, LlmSandbox, Match, Reply, Rule
from bot.sandbox.slack import SlackSandbox
from bot.sandbox.slack.message import Message
from storage.comments import Comment
from storage.people import Person
from storage.proposals import Proposal
from storage.questions import Question
from storage.tickets import Ticket
from storage.turns import ToolCall, Turn
from tests.clock import Clock
from tests.journeys.agent_team import answers, calls, routes, with_agent
from tests.team import LONG_AGO, Bot, assignees, quiet, report, select_all
from tests.waiting import until

LIST = Call("list_tickets", {"filters": "open"})


def asks(slot: str, question: str, *options: str) -> Call:
    return Call("ask", {"slot": slot, "question": question, "options": list(options)})


def does(llm: LlmSandbox, purpose: str, *spoken: tuple[Call, ...] | str) -> None:
    """What a specialist says, one answer after the other: calls, or words."""
    for turn, one in enumerate(spoken):
        reply = Reply(text=one) if isinstance(one, str) else Reply(calls=one)
        llm.add(Rule(name=f"{purpose} {turn}", match=Match(purpose=f"^{purpose}", turn=turn), reply=reply))


def question(slack: SlackSandbox, ts: str) -> Message:
    """The newest message of the thread that asks, or did."""
    return [one for one in slack.thread("#ops", ts) if one.bot_id and "•" in one.plain][-1]


async def turn(bot: Bot, number: int = 1) -> Turn:
    found = await bot.rows(select(Turn).where(Turn.number == number))
    assert isinstance(found[0], Turn)
    return found[0]


async def test_two_are_asked_together_and_wait_through_a_restart_for_their_asker(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "assign")
    which, who = asks("which", "Which one is it?", "CH-1", "CH-2"), asks("person", "Who shall have it?")
    give = Call("assign", {"ticket": "CH-2", "people": ["@dave"], "besides": False})
    does(llm, "assign", (LIST,), (which, who, asks("time", "And when?")), (give,), "[[R-1]]")
    async with with_agent(slack, llm, tmp_path) as bot:
        await report(bot, "frank", "redis is down")
        await report(bot, "frank", "kafka is broken")
        ts = await report(bot, "alice", "ask could you hand it over to the best one?")
        asked = question(slack, ts)
        assert "Which one is it?" in asked.plain
        assert "Who shall have it?" in asked.plain
        assert "And when?" not in asked.plain
        assert asked.buttons == ["CH-1", "CH-2", "Just do it"]
        waiting = await turn(bot)
        assert (waiting.state, waiting.outcome) == ("waiting", "question")
        await slack.click("frank", "#ops", asked.ts, "CH-1")
        await slack.say("frank", "#ops", "give it to @bob", thread_ts=ts)
        await quiet(bot)
        assert "only they can answer it" in slack.ephemerals("frank")[-1].plain
    async with with_agent(slack, llm, tmp_path, is_back=True) as bot:
        await slack.click("alice", "#ops", asked.ts, "CH-2")
        await quiet(bot)
        assert (await turn(bot)).state == "waiting"
        assert question(slack, ts).buttons == ["Just do it"]
        await slack.say("alice", "#ops", "@dave please", thread_ts=ts)
        await quiet(bot)
        assert await assignees(bot, 2) == ["dave"]
        assert await select_all(bot, Proposal) == [], "what the asker answers is said by them"
        done = await turn(bot)
        asked_rows = await select_all(bot, Question)
        refused = [use.result for use in await select_all(bot, ToolCall) if use.state == "refused"]
    assert (done.state, done.outcome) == ("done", "answer")
    assert {(one.slot, one.state) for one in asked_rows} == {("which", "answered"), ("person", "answered")}
    assert [text.startswith("Not asked: 2 questions have been asked already.") for text in refused] == [True]
    told = str(llm.requests[-1]["messages"])
    assert "The asker was asked: Which one is it?" in told
    assert "*CH-2*" in question(slack, ts).plain
    assert "*@dave please*" in question(slack, ts).plain
    assert question(slack, ts).buttons == []
    assert "1 change" in answers(slack, ts)[-1].plain


async def test_just_do_it_ends_all_questions(slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path) -> None:
    """By the button, and said in any of the languages."""
    routes(llm, "assign")
    does(llm, "assign", (asks("which", "Which one?"),), (asks("time", "When?"),), "I leave it.")
    async with with_agent(slack, llm, tmp_path) as bot:
        for number, words in enumerate(("Just do it", "@chargehand mach es einfach"), 1):
            ts = await report(bot, "alice", "ask could you see that somebody takes it?")
            if words.startswith("@"):
                await slack.say("alice", "#ops", words, thread_ts=ts)
            else:
                await slack.click("alice", "#ops", question(slack, ts).ts, words)
            await quiet(bot)
            assert "I leave it." in answers(slack, ts)[-1].plain
            assert len(await select_all(bot, Turn)) == number, "the answer is no request of its own"
        rows, uses = await select_all(bot, Question), await select_all(bot, ToolCall)
    assert [(row.slot, row.state) for row in rows] == [("which", "skipped")] * 2
    assert [use.state for use in uses] == ["asked", "refused"] * 2


async def test_after_a_day_nobody_waits_any_more(slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path) -> None:
    clock = Clock()
    routes(llm, "assign")
    does(llm, "assign", (asks("which", "Which one?"),), "late")
    async with with_agent(slack, llm, tmp_path, clock=clock) as bot:
        ts = await report(bot, "alice", "ask could you see that somebody takes it?")
        before = len(slack.thread("#ops", ts))
        clock.set(clock() + timedelta(hours=24, minutes=2))

        async def is_over() -> bool:
            return (await turn(bot)).state == "done"

        await until(is_over, timeout=30)
        await quiet(bot)
        ended = await turn(bot)
        [row] = await select_all(bot, Question)
        assert len(slack.thread("#ops", ts)) == before, "it is edited, and nobody is nagged"
    assert (ended.outcome, row.state) == ("question", "expired")
    assert "no longer waiting" in question(slack, ts).plain
    assert question(slack, ts).buttons == []


async def test_stop_answers_no_question(slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path) -> None:
    routes(llm, "assign")
    does(llm, "assign", (asks("which", "Which one?"),), "late")
    async with with_agent(slack, llm, tmp_path) as bot:
        ts = await report(bot, "alice", "ask could you see that somebody takes it?")
        await slack.say("alice", "#ops", "never mind", thread_ts=ts)
        await quiet(bot)
        [row] = await select_all(bot, Question)
        assert ((await turn(bot)).state, row.state) == ("stopped", "withdrawn")
    assert "no longer waiting" in question(slack, ts).plain


async def test_of_several_people_of_one_name_the_asker_picks_one(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "assign")
    dave = slack.user("dave").id
    first = Call("assign", {"ticket": "CH-1", "people": ["@sam"], "besides": False})
    then = Call("assign", {"ticket": "CH-1", "people": [f"<@{dave}>"], "besides": False})
    does(llm, "assign", (first,), (then,), "[[R-1]]")
    async with with_agent(slack, llm, tmp_path) as bot:
        await report(bot, "frank", "redis is down")
        async with bot.ctx.db.write() as tx:
            for slack_id, email in ((dave, "sam.dale@example.com"), ("U0OTHER", "sam.orr@example.com")):
                found = (await tx.exec(select(Person).where(Person.slack_id == slack_id))).first()
                person = found or Person(
                    workspace_id=bot.ctx.workspace_id, slack_id=slack_id, name="sam", created_at=LONG_AGO
                )
                person.name, person.email, person.refreshed_at = "sam", email, bot.ctx.clock()
                tx.add(person)
        ts = await report(bot, "alice", "could you hand CH-1 over to sam for now?")
        asked = question(slack, ts)
        assert "several people called" in asked.plain
        assert asked.buttons == ["@sam (sam.dale)", "@sam (sam.orr)", "Just do it"]
        await slack.click("alice", "#ops", asked.ts, "@sam (sam.dale)")
        await quiet(bot)
        assert await assignees(bot) == ["sam"]
        assert await select_all(bot, Proposal) == []


async def test_a_time_that_has_passed_is_asked_for(slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path) -> None:
    routes(llm, "remind")
    wish = {"who": "me", "what": "the invoices"}
    past, coming = wish | {"when": "2020-01-02 09:00"}, wish | {"when": "tomorrow at 9"}
    does(llm, "remind", (Call("set_reminder", past),), (Call("set_reminder", coming),), "[[R-1]]")
    async with with_agent(slack, llm, tmp_path) as bot:
        ts = await report(bot, "alice", "ask could you remind me of the invoices on 2020-01-02 09:00, or later?")
        assert "has passed" in question(slack, ts).plain
        await report(bot, "alice", "tomorrow at 9", thread_ts=ts)
        done = await turn(bot)
    assert (done.state, done.outcome) == ("done", "answer")
    assert "I remind you" in answers(slack, ts)[-1].plain


async def test_what_looks_like_an_open_ticket_is_asked_before_it_is_created(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    """Nothing, the open ticket or a new one: as its asker chooses; "just create it" in the request asks nothing."""
    routes(llm, "create")
    calls(llm, "create", Call("report_ticket", {"text": "redis is down again"}), then="")
    async with with_agent(slack, llm, tmp_path) as bot:
        await report(bot, "frank", "redis is down")
        for answer, tickets, comments, told in (
            ("Cancel", 1, 0, "you chose so"),
            ("yes", 1, 1, "1 change"),
            ("Add it to CH-1", 1, 2, "1 change"),
            ("Create anyway", 2, 2, "1 change"),
        ):
            ts = await report(bot, "bob", "ask could you track that redis is down again")
            asked = question(slack, ts)
            assert "looks like this and is open" in asked.plain
            assert asked.buttons == ["Add it to CH-1", "Create anyway", "Cancel"]
            if answer in asked.buttons:
                await slack.click("bob", "#ops", asked.ts, answer)
            else:
                await slack.say("bob", "#ops", answer, thread_ts=ts)
            await quiet(bot)
            found = len(await select_all(bot, Ticket)), len(await select_all(bot, Comment))
            assert found == (tickets, comments), answer
            assert told in answers(slack, ts)[-1].plain
        assert {one.text for one in await select_all(bot, Comment)} == {"redis is down again"}
        await report(bot, "bob", "ask could you track that redis is down again, just create it")
        assert len(await select_all(bot, Question)) == 4
        assert (await select_all(bot, ToolCall))[-1].state == "done"


async def test_words_that_nobody_has_shown_the_model_are_not_asked(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    """What is asked is the slot alone then, without the options."""
    routes(llm, "assign")
    does(llm, "assign", (asks("which", "CH-99 or CH-98?", "CH-99"),), "fine")
    async with with_agent(slack, llm, tmp_path) as bot:
        ts = await report(bot, "alice", "ask could you see that somebody takes it?")
    assert "• Which one do you mean?" in question(slack, ts).plain
    assert "CH-99" not in question(slack, ts).plain
    assert question(slack, ts).buttons == ["Just do it"]


async def test_a_question_that_may_be_a_report_is_answered_and_a_ticket_offered(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    """Not where `ask` has said that it is a question."""
    routes(llm, "research")
    llm.add(Rule(match=Match(purpose="^research"), reply=Reply(text="I know of nothing.")))
    async with with_agent(slack, llm, tmp_path) as bot:
        forced = answers(slack, await report(bot, "bob", "ask is redis down?"))[-1]
        assert "Make it a ticket" not in forced.buttons
        ts = await report(bot, "bob", "is redis down?")
        answer = answers(slack, ts)[-1]
        assert "I know of nothing." in answer.plain
        await slack.click("bob", "#ops", answer.ts, "Make it a ticket")
        await slack.until(lambda: slack.modal("bob"))
        assert "is redis down?" in str(slack.modal("bob"))
        assert await slack.submit("bob", {"text": "is redis down?"}) == {}
        await quiet(bot)
        assert (await bot.ticket()).thread_ts == ts
