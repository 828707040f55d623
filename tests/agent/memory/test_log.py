"""The log of a step fits its budget: old results are cut to their beginning, what was asked and the newest stay."""

from hypothesis import given
from hypothesis import strategies as st

from agent.memory.budget import estimated
from agent.memory.log import CUT, KEPT, LEAST, within
from bot.llm.port import Ask, Call, Message, Result, user
from prompts.blocks import as_data_block

COUNT = estimated()
ARGUMENTS = {"ticket": "CH-1", "why": "because it is so"}


def result(call_id: str, text: str) -> Result:
    block = as_data_block(text, source="tool get_ticket", author="", trust="machine", fence="0123456789ab")
    return Result(call_id=call_id, text=block)


def log_of(*found: list[str]) -> list[Message]:
    """A request, and answers that each asked for some tools, with what they found."""
    log = [user("who has the most open tickets?")]
    for number, texts in enumerate(found):
        calls = tuple(Call(id=f"{number}.{at}", name="get_ticket", arguments=ARGUMENTS) for at in range(len(texts)))
        results = tuple(result(call.id, text) for call, text in zip(calls, texts, strict=True))
        log += [Message(role="assistant", calls=calls), Message(role="user", results=results)]
    return log


def tokens(log: tuple[Message, ...] | list[Message]) -> int:
    return sum(map(COUNT, Ask(system="", messages=tuple(log), max_tokens=1).texts))


FOUND = st.lists(st.text(st.sampled_from("ab é🔥\n"), max_size=3000), min_size=1, max_size=4)


@given(st.lists(FOUND, max_size=5), st.integers(1, 6_000))
def test_it_fits_wherever_it_can_and_nothing_that_was_asked_is_lost(found: list[list[str]], limit: int) -> None:
    log = log_of(*found)
    sent = within(log, limit=limit, count=COUNT)
    assert [(one.role, one.text, one.calls) for one in sent] == [(one.role, one.text, one.calls) for one in log]
    assert [[one.call_id for one in message.results] for message in sent] == [
        [one.call_id for one in message.results] for message in log
    ]
    assert tokens(sent) <= tokens(log)
    assert all(one.text.endswith("</data-0123456789ab>") for message in sent for one in message.results)
    if tokens(log) <= limit:
        assert list(sent) == log
    least = within(log, limit=0, count=COUNT)
    assert tokens(sent) <= max(limit, tokens(least))


def test_the_oldest_go_first_and_the_newest_share_what_is_left() -> None:
    old, new = "first line\n" + "x" * 3_000, "y" * 3_000
    log = log_of([old], [old], [new, "short"])
    size = tokens(log)
    sent = within(log, limit=size - 500, count=COUNT)
    assert CUT in sent[2].results[0].text
    assert "first line" in sent[2].results[0].text
    assert len(sent[2].results[0].text) < KEPT + 300
    assert sent[4:] == tuple(log[4:]), "it fits without more"
    sent = within(log, limit=900, count=COUNT)
    assert CUT in sent[4].results[0].text
    assert [CUT in one.text for one in sent[6].results] == [True, False]
    assert 900 - LEAST < tokens(sent) <= 900
