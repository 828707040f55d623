"""A call that a model writes as text ends what it says; what only tells of one is an answer."""

from dataclasses import replace

import pytest

from bot.llm.leaks import leaked
from bot.llm.modes import object_of
from bot.llm.port import Ask, Reply, Tool, Usage, user

NOTE = Tool(name="note", description="Writes a word down.", schema=object_of({"word": {"enum": ["red", "green"]}}))
ASK = Ask(system="You help.", messages=(user("Note red."),), tools=(NOTE,), max_tokens=100)


def reply(text: str) -> Reply:
    return Reply(text=text, stop="end", usage=Usage())


LEAKS = {
    '{"name": "note", "arguments": {"word": "red"}}': "note",
    'I will do that.\n```json\n{"name": "note", "parameters": {"word": "red"}}\n```': "note",
    'It says {"a": 1}. So: {"name": "note", "arguments": {"word": "green"}}': "note",
    '<tool_call>\n{"name": "note", "arguments": {}}\n</tool_call>': "note",
    'I shall. <tool_call>{"name": "note", "arguments": {"word": "blue"}}</tool_call>': "note",
    '[TOOL_CALLS][{"name": "note", "arguments": {}}]': "note",
    '[TOOL_CALLS][{"name": "note", "arguments": {]': "",
    "<function=note>{}</function>": "note",
    'Then:\n<function=note>{"word": "red"}</function>': "note",
    'note(word="red")': "note",
    'note({"word": "red"})': "note",
    '{"name": "another", "arguments": {"word": "red"}}': "",
    '{"tool_calls": [{"function": {"name": "note", "arguments": "{}"}}]}': "note",
    '{"step": {"action": "note", "arguments": {"word": "red"}}}': "note",
}


@pytest.mark.parametrize("text", LEAKS)
def test_a_call_as_text_is_seen_and_named(text: str) -> None:
    assert leaked(ASK, reply(text)) == LEAKS[text]
    assert leaked(ASK, replace(reply(text), stop="refusal")) is None
    assert leaked(replace(ASK, tools=()), reply(text)) is None


@pytest.mark.parametrize(
    "text",
    [
        'Its body is {"name": "shop", "input": {"id": 1}}, see the log.',
        "It is red.",
        'The API answers {"status": "ok"}.',
        'The API answers {"status": "ok"}',
        '{"status": "ok"}',
        "Please note (again) that.",
        "Please note (again)",
        "note (R-1) ok",
        "The log says `<function=foo>` is not found.",
        "What it writes is `<tool_call>`",
        'The file holds {"name": "note"} and more.',
        'The file holds {"name": "note"}',  # without a word to note down it is none
        'It asked for {"name": "note", "arguments": {"word": "blue"}}',
        'It asked for {"name": "note", "arguments": {"word": "red"}}, and was refused.',
        "{" * 500,
        "",
    ],
)
def test_what_tells_of_a_call_is_text(text: str) -> None:
    assert leaked(ASK, reply(text)) is None
