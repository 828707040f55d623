"""The real SDK talks to the stand-in: in one piece and as a stream, with tools, and it sees every fault as it would."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from anthropic import APIConnectionError, APIStatusError, AsyncAnthropic
from anthropic.types import Message, MessageParam, ToolParam

from bot.sandbox.llm import Call, Fault, LlmSandbox, Match, Reply, Rule

LOOK: ToolParam = {
    "name": "get_issue",
    "description": "Reads an issue.",
    "input_schema": {"type": "object", "properties": {"number": {"type": "integer"}}, "required": ["number"]},
}
ASKED: list[MessageParam] = [{"role": "user", "content": "why is #12 open?"}]
CALLS = Rule(
    name="look",
    match=Match(tools=("get_issue",), text=r"#(?P<number>\d+)", turn=0),
    reply=Reply(text="I will look.", calls=(Call("get_issue", {"number": "{{number|int}}"}),)),
)
TELLS = Rule(
    name="tell",
    match=Match(called="get_issue", result=r"state: (?P<state>\w+)"),
    reply=Reply(text="It is {{state}}."),
)


@pytest.fixture
async def llm() -> AsyncIterator[LlmSandbox]:
    async with LlmSandbox.start() as sandbox:
        yield sandbox


@pytest.fixture
async def sdk(llm: LlmSandbox) -> AsyncIterator[AsyncAnthropic]:
    async with AsyncAnthropic(api_key="sk-test", base_url=llm.url, max_retries=0, timeout=10) as client:
        yield client


async def streamed(sdk: AsyncAnthropic, messages: list[MessageParam], **more: Any) -> Message:
    async with sdk.messages.stream(model="m", max_tokens=64, messages=messages, **more) as stream:
        return await stream.get_final_message()


async def whole(sdk: AsyncAnthropic, messages: list[MessageParam], **more: Any) -> Message:
    return await sdk.messages.create(model="m", max_tokens=64, messages=messages, **more)


@pytest.mark.parametrize("ask", [whole, streamed])
async def test_a_conversation_with_a_tool(llm: LlmSandbox, sdk: AsyncAnthropic, ask: Any) -> None:
    llm.add(CALLS, TELLS)
    first = await ask(sdk, ASKED, tools=[LOOK])
    said, call = first.content
    assert (said.text, call.name, call.input) == ("I will look.", "get_issue", {"number": 12})
    assert first.stop_reason == "tool_use"
    result = {"type": "tool_result", "tool_use_id": call.id, "content": [{"type": "text", "text": "state: closed"}]}
    follows: list[Any] = [
        *ASKED,
        {"role": "assistant", "content": first.content},
        {"role": "user", "content": [result]},
    ]
    last = await ask(sdk, follows, tools=[LOOK])
    assert ([block.text for block in last.content], last.stop_reason) == (["It is closed."], "end_turn")
    assert (last.usage.input_tokens > first.usage.input_tokens, last.usage.output_tokens) == (True, 4)
    counted = await sdk.messages.count_tokens(model="m", messages=follows, tools=[LOOK])
    assert counted.input_tokens == last.usage.input_tokens
    assert [heard.rule for heard in llm.heard] == ["look", "tell", None]


async def test_a_stream_comes_in_pieces_block_by_block(llm: LlmSandbox, sdk: AsyncAnthropic) -> None:
    llm.add(CALLS)
    raw = await sdk.messages.create(model="m", max_tokens=64, messages=ASKED, tools=[LOOK], stream=True)
    events = [event async for event in raw]
    kinds = [event.type.removeprefix("content_block_") for event in events]
    assert kinds[:2] == ["message_start", "start"]
    assert kinds[-3:] == ["stop", "message_delta", "message_stop"]
    deltas = [event.delta for event in events if event.type == "content_block_delta"]
    assert "".join(one.text for one in deltas if one.type == "text_delta") == "I will look."
    inputs = [one.partial_json for one in deltas if one.type == "input_json_delta"]
    assert (len(inputs) > 1, json.loads("".join(inputs))) == (True, {"number": 12})


async def test_turns_at_the_same_time_never_mix(llm: LlmSandbox, sdk: AsyncAnthropic) -> None:
    llm.add(
        Rule(match=Match(text=r"the word (?P<word>\w+)"), reply=Reply(text="{{word}} it is", delay=0.01, pace=0.001))
    )

    async def one(number: int) -> None:
        asked: list[MessageParam] = [{"role": "user", "content": f"say the word w{number}"}]
        message: Any = await (streamed if number % 2 else whole)(sdk, asked)
        assert message.content[0].text == f"w{number} it is"

    await asyncio.gather(*(one(number) for number in range(20)))


async def test_models_are_listed(sdk: AsyncAnthropic) -> None:
    listed = [model.id async for model in sdk.models.list()]
    assert listed == ["claude-haiku-5-5", "claude-sonnet-5-5", "claude-opus-5-5"]


@pytest.mark.parametrize(
    ("fault", "status", "retry_after"),
    [
        (Fault(kind="status", status=429, retry_after=2), 429, "2"),
        (Fault(kind="status", status=429, retry_after=3600), 429, "3600"),
        (Fault(kind="status", status=529), 529, None),
        (Fault(kind="status", status=500), 500, None),
        (Fault(kind="status", status=502), 502, None),
        (Fault(kind="status", status=401), 401, None),
    ],
)
async def test_refusals_are_errors_once_and_do_not_use_the_rule_up(
    llm: LlmSandbox, sdk: AsyncAnthropic, fault: Fault, status: int, retry_after: str | None
) -> None:
    llm.add(Rule(reply=Reply(text="at last"), faults=(fault,), times=1))
    with pytest.raises(APIStatusError) as raised:
        await whole(sdk, ASKED)
    assert (raised.value.status_code, raised.value.response.headers.get("retry-after")) == (status, retry_after)
    assert (await whole(sdk, ASKED)).content[0].text == "at last"  # type: ignore[union-attr]


async def test_a_refusal_may_come_inside_a_stream(llm: LlmSandbox, sdk: AsyncAnthropic) -> None:
    overloaded = Fault(kind="status", status=529, inside=True, times=2)
    llm.add(Rule(reply=Reply(text="hello there"), faults=(overloaded,)))
    pieces: list[str] = []
    with pytest.raises(APIStatusError, match="overloaded_error"):
        async with sdk.messages.stream(model="m", max_tokens=64, messages=ASKED) as stream:
            pieces.extend([text async for text in stream.text_stream])
    assert llm.heard[0].status == 200
    with pytest.raises(APIStatusError, match="overloaded_error"):
        await whole(sdk, ASKED)
    assert llm.heard[1].status == 529


async def test_retry_after_may_be_a_date(llm: LlmSandbox, sdk: AsyncAnthropic) -> None:
    llm.add(Rule(faults=(Fault(kind="status", status=429, retry_after=30, as_date=True),)))
    with pytest.raises(APIStatusError) as raised:
        await whole(sdk, ASKED)
    assert raised.value.response.headers["retry-after"].endswith(" GMT")


async def test_faults_of_a_rule_come_in_order_after_so_many_and_so_often(llm: LlmSandbox, sdk: AsyncAnthropic) -> None:
    late = Fault(kind="status", status=502, after=1, times=2)
    llm.add(
        Rule(
            match=Match(text="open"), reply=Reply(text="yes"), faults=(late, Fault(kind="status", status=529, after=3))
        ),
        Rule(reply=Reply(text="another")),
    )
    seen: list[str | int] = []
    for _ in range(6):
        try:
            seen.append((await whole(sdk, ASKED)).content[0].text)  # type: ignore[union-attr]
        except APIStatusError as error:
            seen.append(error.status_code)
        await whole(sdk, [{"role": "user", "content": "tea"}])  # what is asked between does not count
    assert seen == ["yes", 502, 502, 529, "yes", "yes"]


@pytest.mark.parametrize("ask", [whole, streamed])
async def test_a_connection_breaks_before_the_first_byte(llm: LlmSandbox, sdk: AsyncAnthropic, ask: Any) -> None:
    llm.add(Rule(reply=Reply(text="hello there"), faults=(Fault(kind="disconnect"),)))
    with pytest.raises(APIConnectionError):
        await ask(sdk, ASKED)
    assert [(heard.fault, heard.status) for heard in llm.heard] == [("disconnect", None)]


@pytest.mark.parametrize(("ask", "error"), [(whole, APIConnectionError), (streamed, httpx2.RemoteProtocolError)])
async def test_a_connection_breaks_inside_a_block(
    llm: LlmSandbox, sdk: AsyncAnthropic, ask: Any, error: type[Exception]
) -> None:
    llm.add(Rule(reply=Reply(text="hello there"), faults=(Fault(kind="disconnect", inside=True),)))
    with pytest.raises((error, httpx2.RemoteProtocolError, httpx2.ReadError)):
        await ask(sdk, ASKED)
    assert llm.heard[0].status is None


@pytest.mark.parametrize("inside", [True, False])
async def test_a_stream_stalls_until_it_is_released(llm: LlmSandbox, sdk: AsyncAnthropic, inside: bool) -> None:
    llm.add(Rule(reply=Reply(text="hello there"), faults=(Fault(kind="stall", inside=inside),)))
    pieces: list[str] = []

    async def read() -> None:
        async with sdk.messages.stream(model="m", max_tokens=64, messages=ASKED) as stream:
            pieces.extend([text async for text in stream.text_stream])

    reading = asyncio.create_task(read())
    async with asyncio.timeout(20):
        await llm.stalled.wait()
        assert not reading.done()
        llm.release()
        await reading
    assert "".join(pieces) == "hello there"


async def test_who_leaves_a_stream_is_noticed(llm: LlmSandbox, sdk: AsyncAnthropic) -> None:
    llm.add(Rule(reply=Reply(text="hello there"), faults=(Fault(kind="stall", inside=True),)))
    async with asyncio.timeout(20):
        async with sdk.messages.stream(model="m", max_tokens=64, messages=ASKED) as stream:
            async for _ in stream.text_stream:
                break
        await llm.hung_up.wait()


async def test_a_slow_first_byte_runs_into_the_deadline(llm: LlmSandbox, sdk: AsyncAnthropic) -> None:
    llm.add(Rule(reply=Reply(text="hello"), faults=(Fault(kind="slow", seconds=30), Fault(kind="slow", seconds=0.01))))
    with pytest.raises(APIConnectionError):
        await whole(sdk.with_options(timeout=0.2), ASKED)
    assert (await whole(sdk, ASKED)).content[0].text == "hello"  # type: ignore[union-attr]


async def test_a_stream_ends_without_a_stop(llm: LlmSandbox, sdk: AsyncAnthropic) -> None:
    llm.add(Rule(reply=Reply(text="hello there"), faults=(Fault(kind="no_stop", inside=True),)))
    message = await streamed(sdk, ASKED)
    assert (message.stop_reason, message.content[0].text) == (None, "hello")  # type: ignore[union-attr]


async def test_an_event_is_no_json(llm: LlmSandbox, sdk: AsyncAnthropic) -> None:
    llm.add(Rule(reply=Reply(text="hello there"), faults=(Fault(kind="corrupt"),)))
    with pytest.raises(json.JSONDecodeError):
        await streamed(sdk, ASKED)


@pytest.mark.parametrize(
    ("kind", "stop", "said"),
    [
        ("broken_json", "tool_use", "broken"),
        ("unknown_tool", "tool_use", "no_such_tool"),
        ("leaked", "end_turn", "I will look.\n```json\n"),
        ("max_tokens", "max_tokens", "broken"),
        ("refusal", "refusal", "I will"),
    ],
)
@pytest.mark.parametrize("ask", [whole, streamed])
async def test_what_a_model_itself_gets_wrong(
    llm: LlmSandbox, sdk: AsyncAnthropic, ask: Any, kind: Any, stop: str, said: str
) -> None:
    llm.add(Rule(match=CALLS.match, reply=CALLS.reply, faults=(Fault(kind=kind),)))
    try:
        message = await ask(sdk, ASKED, tools=[LOOK])
    except ValueError:  # the SDK cannot read the arguments that a stream breaks off
        assert (said, ask) == ("broken", streamed)
        return
    last = message.content[-1]
    assert message.stop_reason == stop
    if said == "broken":
        assert last.input != {"number": 12}
        assert "number" in str(last.input)
    else:
        assert (last.text if last.type == "text" else last.name).startswith(said)


@pytest.mark.parametrize(("tokens", "expected"), [(0, (0, 0)), (10**9, (10**9, 10**9))])
async def test_usage_is_wrong(llm: LlmSandbox, sdk: AsyncAnthropic, tokens: int, expected: tuple[int, int]) -> None:
    llm.add(Rule(reply=Reply(text="hello"), faults=(Fault(kind="wrong_usage", tokens=tokens),)))
    usage = (await whole(sdk, ASKED)).usage
    assert (usage.input_tokens, usage.output_tokens) == expected
    llm.meet(Fault(kind="wrong_usage", tokens=None))
    assert (await whole(sdk, ASKED)).usage is None


async def test_a_schema_is_ignored(llm: LlmSandbox, sdk: AsyncAnthropic) -> None:
    schema = {"type": "object", "properties": {"word": {"type": "string"}}, "required": ["word"]}
    llm.add(Rule(reply=Reply(json={"word": "rose"}), faults=(Fault(kind="schema_ignored"),)))
    shape: Any = {"format": {"type": "json_schema", "schema": schema}}
    said = [(await whole(sdk, ASKED, output_config=shape)).content[0].text for _ in range(2)]  # type: ignore[union-attr]
    assert said[0].startswith("Let me think")
    assert json.loads(said[1]) == {"word": "rose"}


async def test_a_fault_that_does_not_fit_is_said(llm: LlmSandbox, sdk: AsyncAnthropic) -> None:
    llm.add(Rule(reply=Reply(text="hello"), faults=(Fault(kind="leaked"),)))
    with pytest.raises(APIStatusError, match="the fault leaked needs a reply that calls a tool") as raised:
        await whole(sdk, ASKED)
    assert raised.value.status_code == 501
