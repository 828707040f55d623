"""Block Kit limits: each is accepted at the limit and refused one beyond it."""

from typing import Any

import pytest

from bot.sandbox.slack.blocks import Surface, problems_of, view_problems
from tests.bot.sandbox.slack_app import actions, button, section

Block = dict[str, Any]
CELL: Block = {"type": "raw_text", "text": "x"}


def plain(text: str) -> Block:
    return {"type": "plain_text", "text": text}


def option(text: str = "one", value: str = "1") -> Block:
    return {"text": plain(text), "value": value}


def select(*options: Block) -> Block:
    return {"type": "static_select", "action_id": "s", "options": list(options)}


def field(element: Block) -> Block:
    return {"type": "input", "label": plain("Reason"), "element": element}


def text_input() -> Block:
    return {"type": "plain_text_input", "action_id": "t"}


def chart(
    *, title: str = "By day", name: str = "Opened", label: str = "Mon", series: int = 1, points: int = 1
) -> Block:
    labels = [label, *(f"day {number}" for number in range(1, points))]
    data = [{"label": one, "value": 1} for one in labels]
    names = [name, *(f"series {number}" for number in range(1, series))]
    drawn = {"type": "bar", "series": [{"name": one, "data": data} for one in names]}
    return {"type": "data_visualization", "title": title, "chart": drawn | {"axis_config": {"categories": labels}}}


AT_THE_LIMIT: dict[str, tuple[Block, Block]] = {
    "section text": (section("x" * 3000), section("x" * 3001)),
    "section empty": (section("x"), section("")),
    "header": ({"type": "header", "text": plain("x" * 150)}, {"type": "header", "text": plain("x" * 151)}),
    "fields": (
        {"type": "section", "fields": [plain("x")] * 10},
        {"type": "section", "fields": [plain("x")] * 11},
    ),
    "field text": (
        {"type": "section", "fields": [plain("x" * 2000)]},
        {"type": "section", "fields": [plain("x" * 2001)]},
    ),
    "context": ({"type": "context", "elements": [plain("x")] * 10}, {"type": "context", "elements": [plain("x")] * 11}),
    "actions": (
        actions(*[button("x", f"a{n}") for n in range(25)]),
        actions(*[button("x", f"a{n}") for n in range(26)]),
    ),
    "action ids": (actions(button("x", "a"), button("y", "b")), actions(button("x", "a"), button("y", "a"))),
    "button text": (actions(button("x" * 75, "a")), actions(button("x" * 76, "a"))),
    "button value": (actions(button("x", "a", "v" * 2000)), actions(button("x", "a", "v" * 2001))),
    "button style": (
        actions(button("x", "a") | {"style": "danger"}),
        actions(button("x", "a") | {"style": "green"}),
    ),
    "option text": (actions(select(option("x" * 75))), actions(select(option("x" * 76)))),
    "option value": (actions(select(option(value="x" * 150))), actions(select(option(value="x" * 151)))),
    "options": (actions(select(*[option()] * 100)), actions(select(*[option()] * 101))),
    "initial text": (
        field(text_input() | {"initial_value": "x" * 3000}),
        field(text_input() | {"initial_value": "x" * 3001}),
    ),
    "initial text within its own length": (
        field(text_input() | {"initial_value": "xx", "max_length": 2}),
        field(text_input() | {"initial_value": "xxx", "max_length": 2}),
    ),
    "length of a text": (
        field(text_input() | {"max_length": 3000}),
        field(text_input() | {"max_length": 3001}),
    ),
    "initial date": (
        field({"type": "datepicker", "initial_date": "2026-12-24"}),
        field({"type": "datepicker", "initial_date": "24.12.2026"}),
    ),
    "initial time": (
        field({"type": "timepicker", "initial_time": "09:30"}),
        field({"type": "timepicker", "initial_time": "24:30"}),
    ),
    "initial people": (
        field({"type": "multi_users_select", "initial_users": ["U0BOB"]}),
        field({"type": "multi_users_select", "initial_users": ["U0BOB", "bob"]}),
    ),
    "no options": (actions(select(option())), actions(select())),
    "initial option": (
        actions(select(option()) | {"initial_option": option()}),
        actions(select(option()) | {"initial_option": option("two")}),
    ),
    "overflow": (
        actions({"type": "overflow", "action_id": "o", "options": [option()] * 5}),
        actions({"type": "overflow", "action_id": "o", "options": [option()] * 6}),
    ),
    "markdown": ({"type": "markdown", "text": "x" * 12_000}, {"type": "markdown", "text": "x" * 12_001}),
    "chart title": (chart(title="x" * 50), chart(title="x" * 51)),
    "chart labels": (chart(label="x" * 20), chart(label="x" * 21)),
    "chart series": (chart(series=6), chart(series=7)),
    "chart points": (chart(points=20), chart(points=21)),
    "chart names": (chart(name="x" * 20), chart(name="x" * 21)),
    "table rows": ({"type": "table", "rows": [[]] * 100}, {"type": "table", "rows": [[]] * 101}),
    "table cells": ({"type": "table", "rows": [[CELL] * 20]}, {"type": "table", "rows": [[CELL] * 21]}),
    "block id": (section("x") | {"block_id": "b" * 255}, section("x") | {"block_id": "b" * 256}),
    "image": (
        {"type": "image", "image_url": "https://acme.example/a.png", "alt_text": "A"},
        {"type": "image", "image_url": "https://acme.example/a.png"},
    ),
    "block type": ({"type": "divider"}, {"type": "marquee"}),
    "element type": (actions(button("x", "a")), actions({"type": "lever"})),
    "text type": (section("x"), {"type": "section", "text": {"type": "html", "text": "x"}}),
    "confirm": (
        actions(button("x", "a") | {"confirm": {"title": plain("x" * 100), "text": plain("x" * 300)}}),
        actions(button("x", "a") | {"confirm": {"title": plain("x" * 101), "text": plain("x" * 300)}}),
    ),
}


@pytest.mark.parametrize("limit", AT_THE_LIMIT)
def test_each_limit_holds_exactly(limit: str) -> None:
    accepted, refused = AT_THE_LIMIT[limit]
    assert problems_of([accepted], "message") == []
    assert len(problems_of([refused], "message")) == 1


@pytest.mark.parametrize(("surface", "most"), [("message", 50), ("modal", 100), ("home", 100)])
def test_surfaces_take_only_so_many_blocks(surface: Surface, most: int) -> None:
    assert problems_of([section("x")] * most, surface) == []
    assert "no more than" in problems_of([section("x")] * (most + 1), surface)[0]


def test_block_ids_are_unique() -> None:
    assert problems_of([section("x") | {"block_id": "b"}] * 2, "message") == ['block_id "b" already exists']


def test_markdown_counts_over_all_blocks() -> None:
    assert problems_of([{"type": "markdown", "text": "x" * 6_001}] * 2, "message")


def test_a_problem_names_its_place() -> None:
    assert problems_of([section("x"), section("x" * 3001)], "message") == [
        "must be less than 3001 characters [json-pointer:/blocks/1/text/text]"
    ]


def modal(**parts: Any) -> Block:
    return {"type": "modal", "title": plain("Resolve"), "submit": plain("Send"), "blocks": [section("x")], **parts}


@pytest.mark.parametrize(
    ("accepted", "refused"),
    [
        (modal(title=plain("x" * 24)), modal(title=plain("x" * 25))),
        (modal(submit=plain("x" * 24)), modal(submit=plain("x" * 25))),
        (modal(close=plain("x" * 24)), modal(close=plain("x" * 25))),
        (modal(private_metadata="x" * 3000), modal(private_metadata="x" * 3001)),
        (modal(callback_id="x" * 255), modal(callback_id="x" * 256)),
        (modal(blocks=[field(text_input())]), modal(blocks=[field(button("x", "a"))])),
        (modal(), modal(blocks=[{"type": "markdown", "text": "x"}])),
        (modal(), modal(type="drawer")),
        (modal(), modal(blocks=None)),
    ],
)
def test_modals_have_limits_of_their_own(accepted: Block, refused: Block) -> None:
    assert view_problems(accepted) == []
    assert len(view_problems(refused)) == 1


def test_a_form_needs_a_way_to_send_it() -> None:
    form = modal(blocks=[field(text_input())])
    del form["submit"]
    assert "submit" in view_problems(form)[0]
