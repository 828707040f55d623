"""A server of either kind is asked in its own words, and what it says comes back the same."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from bot.errors import ModelError
from bot.llm.faults import TRIES
from bot.llm.modes import object_of
from bot.llm.port import Answer, Ask, Call, Message, Result, Tool, Usage, user
from tests.bot.llm.models import opened_of
from tests.bot.llm.standin import Standin

NOTE = Tool(name="note", description="Writes a word down.", schema=object_of({"word": {"type": "string"}}))
PROSE = Ask(system="You help.", messages=(user("Hello?"),), max_tokens=100, role="main", deadline=10)
TOOLS = replace(PROSE, tools=(NOTE,))
LOG = (
    user("Note red."),
    Message(role="assistant", text="I begin.", calls=(Call(id="c1", name="note", arguments={"word": "red"}),)),
    Message(role="user", results=(Result(call_id="c1", text="no red", is_error=True),), text="Hurry."),
)
KINDS = ("anthropic", "openai_compatible")


@pytest.fixture
async def there() -> AsyncIterator[Standin]:
    async with Standin.start() as standin:
        yield standin


def one_of(kind: str, there: Standin, **more: Any) -> dict[str, dict[str, Any]]:
    return {"local": {"kind": kind, "base_url": there.url, "api_key": "hush", "model_main": "m"} | more}


async def ask(kind: str, there: Standin, question: Ask, **more: Any) -> Answer:
    async with opened_of(one_of(kind, there, **more)) as chain:
        return await chain.ask(question)


async def refusal(kind: str, there: Standin, question: Ask, **more: Any) -> str:
    with pytest.raises(ModelError) as raised:
        await ask(kind, there, question, **more)
    return str(raised.value)


@pytest.mark.parametrize("kind", KINDS)
async def test_prose(there: Standin, kind: str) -> None:
    there.says("Hello.")
    answer = await ask(kind, there, PROSE)
    assert (answer.text, answer.stop, answer.model, answer.provider) == ("Hello.", "end", "m", "local")
    assert (answer.usage.input, answer.usage.output) == (30, 10)
    assert there.keys == ["Bearer hush"]


@pytest.mark.parametrize("kind", KINDS)
async def test_calls_come_under_our_ids(there: Standin, kind: str) -> None:
    there.says("I note it.", calls={"note": {"word": "red"}})
    answer = await ask(kind, there, TOOLS)
    assert (answer.text, answer.stop) == ("I note it.", "tools")
    assert answer.calls == (Call(id="c1", name="note", arguments={"word": "red"}),)
    assert "note" in str(there.requests[0]["tools"])


async def test_a_log_in_the_words_of_the_messages_api(there: Standin) -> None:
    there.says("Done.")
    await ask("anthropic", there, replace(TOOLS, messages=LOG))
    [body] = there.requests
    assert body["messages"] == [
        {"role": "user", "content": "Note red."},
        {
            "role": "assistant",
            "content": [
                {"type": "text", "text": "I begin."},
                {"type": "tool_use", "id": "c1", "name": "note", "input": {"word": "red"}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "c1", "content": "no red", "is_error": True},
                {"type": "text", "text": "Hurry."},
            ],
        },
    ]
    mark = {"cache_control": {"type": "ephemeral"}}
    assert "cache_control" not in str(body["messages"]), "nothing of it is said to stay"
    assert body["system"] == [{"type": "text", "text": "You help."} | mark]
    assert body["tools"][-1].items() >= mark.items()


@pytest.mark.parametrize(
    ("stable", "blocks"),
    [
        ("The thread says red.", ["The thread says red.", "\n\nNote it."]),
        ("The thread says red.\n\nNote it.", None),
        ("Another thread.", None),
    ],
    ids=["how it begins", "all of it", "not how it begins"],
)
async def test_a_cache_mark_stands_behind_what_stays(there: Standin, stable: str, blocks: list[str] | None) -> None:
    there.says("Done.")
    words = "The thread says red.\n\nNote it."
    await ask("anthropic", there, replace(TOOLS, messages=(user(words, stable=stable),)))
    content = there.requests[0]["messages"][0]["content"]
    if blocks is None:
        assert content == words
    else:
        assert [one["text"] for one in content] == blocks
        assert ["cache_control" in one for one in content] == [True, False]


async def test_a_log_in_the_words_of_chat_completions(there: Standin) -> None:
    there.says("Done.")
    await ask("openai_compatible", there, replace(TOOLS, messages=LOG))
    [body] = there.requests
    call = {"id": "c1", "type": "function", "function": {"name": "note", "arguments": '{"word": "red"}'}}
    assert body["messages"] == [
        {"role": "system", "content": "You help."},
        {"role": "user", "content": "Note red."},
        {"role": "assistant", "content": "I begin.", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": "no red"},
        {"role": "user", "content": "Hurry."},
    ]


async def test_a_schema_is_asked_for_by_chat_completions(there: Standin) -> None:
    there.says('{"word": "red"}')
    answer = await ask("openai_compatible", there, replace(PROSE, schema=NOTE.schema))
    assert answer.parsed == {"word": "red"}
    assert answer.usage == Usage(input=30, output=10, cache_read=20)
    form = there.requests[0]["response_format"]
    assert (form["type"], form["json_schema"]["strict"]) == ("json_schema", True)
    assert form["json_schema"]["schema"] == NOTE.schema


async def test_arguments_that_are_no_json_say_so(there: Standin) -> None:
    there.says(calls={"note": '{"word": '})
    answer = await ask("openai_compatible", there, TOOLS)
    assert [call.problem for call in answer.calls] == ["the arguments are no JSON object"]


async def test_a_parameter_that_a_server_does_not_take_is_left_out_from_then_on(there: Standin) -> None:
    there.fails(400, param="temperature")
    there.fails(400, param="max_tokens")
    there.says('{"word": "red"}')
    question = replace(PROSE, schema=NOTE.schema)
    async with opened_of(one_of("openai_compatible", there)) as chain:
        await chain.ask(question)
        await chain.ask(question)
    keys = [{"temperature", "max_tokens", "max_completion_tokens"} & body.keys() for body in there.requests]
    assert keys == [
        {"temperature", "max_tokens"},
        {"max_tokens"},
        {"max_completion_tokens"},
        {"max_completion_tokens"},
    ]


async def test_the_url_may_end_in_v1(there: Standin) -> None:
    there.says("Hello.")
    for kind in KINDS:
        assert (await ask(kind, there, PROSE, base_url=f"{there.url}/v1/")).text == "Hello."


@pytest.mark.parametrize("kind", KINDS)
async def test_a_server_may_want_no_key(there: Standin, kind: str) -> None:
    there.says("Hello.")
    assert (await ask(kind, there, PROSE, api_key="")).text == "Hello."


@pytest.mark.parametrize("stop", [None, ""])
@pytest.mark.parametrize("kind", KINDS)
async def test_without_a_stop_reason_it_is_no_answer(there: Standin, kind: str, stop: str | None) -> None:
    there.says("Hel", stop=stop)
    there.says("Hello.")
    answer = await ask(kind, there, PROSE)
    assert (answer.text, answer.attempts) == ("Hello.", 2)
    assert answer.usage.total == 80  # what was cut was paid too


@pytest.mark.parametrize("kind", KINDS)
async def test_cut_prose_is_asked_for_with_twice_the_tokens_and_marked(there: Standin, kind: str) -> None:
    there.says("Hel", stop="cut")
    answer = await ask(kind, there, PROSE)
    assert (answer.text, answer.stop) == ("Hel", "cut")
    assert [body["max_tokens"] for body in there.requests] == [100, 200]


@pytest.mark.parametrize("kind", KINDS)
async def test_no_more_tokens_than_a_server_gives(there: Standin, kind: str) -> None:
    there.says("Hel", stop="cut")
    assert (await ask(kind, there, PROSE, max_output_tokens=50)).stop == "cut"
    assert [body["max_tokens"] for body in there.requests] == [50]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_cut_call_is_none(there: Standin, kind: str) -> None:
    there.says(calls={"note": {"word": "r"}}, stop="cut")
    assert await refusal(kind, there, TOOLS) == "model answer was cut off"
    assert len(there.requests) == 2


@pytest.mark.parametrize(("kind", "word"), [("anthropic", "refusal"), ("openai_compatible", "content_filter")])
async def test_a_refusal_is_seen(there: Standin, kind: str, word: str) -> None:
    there.says("I would rather not.", stop=word)
    answer = await ask(kind, there, PROSE)
    assert (answer.text, answer.stop) == ("I would rather not.", "refusal")
    assert await refusal(kind, there, replace(PROSE, schema=NOTE.schema)) == "model answer was a refusal"
    assert len(there.requests) == 2


@pytest.mark.parametrize("kind", KINDS)
async def test_a_stop_that_nobody_knows_is_an_error(there: Standin, kind: str) -> None:
    there.says("Hm.", stop="pause_turn")
    assert await refusal(kind, there, PROSE) == "model answer was not text (pause_turn)"


@pytest.mark.parametrize("kind", KINDS)
async def test_too_much_to_read_is_cut_once(there: Standin, kind: str) -> None:
    there.fails(400, text="This model's maximum context length is 4096 tokens")
    there.says("Hello.")
    long = replace(PROSE, messages=(user("begin " + "x" * 10_000 + " end"),))
    assert (await ask(kind, there, long)).text == "Hello."
    shown = there.requests[1]["messages"][-1]["content"]
    assert shown.startswith("begin x")
    assert shown.endswith("x end")
    assert "characters left out" in shown
    assert len(shown) < 5_100
    there.fails(400, text="prompt is too long: 9 tokens > 8 maximum")
    there.fails(400, text="prompt is too long: 9 tokens > 8 maximum")
    async with opened_of(one_of(kind, there)) as chain:
        await chain.ask(PROSE)  # the last answer is said again first
        with pytest.raises(ModelError, match=r"^model cannot read that much$"):
            await chain.ask(PROSE)


async def test_what_cannot_fit_is_cut_before_it_is_sent(there: Standin) -> None:
    there.says("Hello.")
    long = replace(PROSE, messages=(user("begin " + "x" * 10_000 + " end"),))
    for tokens in (8192, 2048):
        await ask("openai_compatible", there, long, context_tokens=tokens)
    sent = [len(body["messages"][-1]["content"]) for body in there.requests]
    assert sent[0] == 10_010
    assert sent[1] < 5_100


@pytest.mark.parametrize("kind", KINDS)
async def test_a_passing_fault_is_tried_again(there: Standin, kind: str) -> None:
    there.garbles()
    there.fails(503)
    there.says("Hello.")
    assert (await ask(kind, there, PROSE)).attempts == TRIES


@pytest.mark.parametrize("kind", KINDS)
async def test_a_refused_key_is_asked_once_and_not_shown(there: Standin, kind: str) -> None:
    there.fails(401, text="hush is no key")
    assert await refusal(kind, there, PROSE) == "model refused the key (401)"
    assert len(there.requests) == 1


async def test_nobody_listening(there: Standin) -> None:
    gone = one_of("openai_compatible", there, base_url="http://127.0.0.1:9")
    async with opened_of(gone) as chain:
        with pytest.raises(ModelError, match=r"^model is unreachable$"):
            await chain.ask(PROSE)


LEAK = '```json\n{"name": "note", "arguments": {"word": "red"}}\n```'


@pytest.mark.parametrize("kind", KINDS)
async def test_a_call_as_text_is_not_taken_but_asked_for_as_an_action(there: Standin, kind: str) -> None:
    there.says(LEAK)
    there.says('{"step": {"action": "note", "arguments": {"word": "green"}}}')
    async with opened_of(one_of(kind, there)) as chain:
        answer = await chain.ask(TOOLS)
        assert answer.calls == (Call(id="c1", name="note", arguments={"word": "green"}),)
        assert answer.mode == "json_schema"
        assert "tools" in there.requests[0]
        assert "tools" not in there.requests[1]
        await chain.ask(TOOLS)
        assert "tools" not in there.requests[2]  # it is remembered


async def test_who_only_quoted_a_call_is_not_set_aside_for_it(there: Standin) -> None:
    there.says(LEAK)
    there.says('{"step": {"action": "reply", "arguments": {"text": "It is what the file holds."}}}')
    async with opened_of(one_of("anthropic", there)) as chain:
        assert (await chain.ask(TOOLS)).text == "It is what the file holds."
        await chain.ask(TOOLS)
        assert ["tools" in body for body in there.requests[:3]] == [True, False, True]


@pytest.mark.parametrize("kind", KINDS)
async def test_in_words_nothing_is_enforced_and_a_wrong_action_is_asked_for_again(there: Standin, kind: str) -> None:
    there.says('{"action": "drop", "arguments": {}}')
    there.says('I shall: {"action": "note", "arguments": {"word": "red"}}')
    answer = await ask(kind, there, TOOLS, tools="none")
    assert [call.name for call in answer.calls] == ["note"]
    assert not any({"tools", "response_format", "output_config"} & body.keys() for body in there.requests)
    assert "must be one of note" in there.requests[1]["messages"][-1]["content"]
    assert there.requests[1]["messages"][-2]["content"] == '{"action": "drop", "arguments": {}}'
