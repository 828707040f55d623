"""Rules decide little and surely: each case is a message, and whatever they do not know they leave alone."""

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.alarms.wish import read_wish
from agent.commands.grammar import parse
from agent.commands.registry import VERBS
from agent.turns.hearing.reading import clean, read
from agent.turns.hearing.vocabulary import LANGUAGES, load
from agent.turns.rules import goes_on, judge
from agent.turns.trial import read_lines
from agent.turns.verdict import GUESSES, LEAST, Heard, Verdict

EVAL = Path(__file__).parents[2] / "eval" / "route.jsonl"
LINES = read_lines(EVAL.read_text(encoding="utf-8"))
TEXTS = [line.text for line in LINES]


def heard(text: str, *, ticket: str = "") -> Verdict:
    return judge(Heard(text=text, is_top_level=not ticket, ticket=ticket))


def commands(verdict: Verdict) -> list[str]:
    return [step.command for step in verdict.steps]


def test_the_walk_through_is_a_report_and_a_reminder() -> None:
    verdict = heard("checkout is broken on mobile since the deploy, can someone look and remind me tomorrow at 9")
    assert verdict.kind == "create"
    assert [step.specialist for step in verdict.steps] == ["create", "remind"]
    assert commands(verdict) == [
        "report checkout is broken on mobile since the deploy, can someone look",
        "remind me about this tomorrow at 9",
    ]
    assert verdict.command == ""
    assert list(map(str, verdict.reasons)) == [
        "“broken” says that something is wrong",
        "“tomorrow at 9” is when to remind",
    ]


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("assign CH-4 to <@U2> please", "assign CH-4 <@U2>"),
        ("assign CH-4 and CH-5 to <@U2>, <@U3> please", "assign CH-4 CH-5 <@U2> <@U3>"),
        ("weise ch4 bitte <@U2|bob> zu", "assign CH-4 <@U2|bob>"),
        ("<@U2> CH-4 zuweisen, danke", "assign CH-4 <@U2>"),
        ("kannst du CH-4 <@U2> zuweisen?", "assign CH-4 <@U2>"),
        ("donne CH-4 à @bob s’il te plaît", "assign CH-4 @bob"),
        ("assign CH-4 to me please", "claim CH-4"),
        ("give me CH-4", ""),
        ("assign CH-4 to <@U2> or <@U3>", ""),
        ("assign CH-4 to <@U2> too", ""),
        ("assign CH-4 to <@U2>?", ""),
        ("do not assign CH-4 to <@U2>", ""),
        ("weise CH-4 nicht <@U2> zu", ""),
        ("can <@U2> give CH-4 to <@U3>", ""),
        ("<@U2> please assign CH-4", ""),
        ('"assign CH-4 to <@U2>" please', ""),
        ("assign it to <@U2>", ""),
        ("assign CH-4 please", ""),
    ],
)
def test_an_assignment_is_one_when_each_word_belongs_to_it(text: str, command: str) -> None:
    verdict = heard(text)
    assert (verdict.command if verdict.kind == "assign" else "") == command


def test_this_is_the_ticket_of_the_thread_unless_another_is_named() -> None:
    assert heard("assign it to <@U2> please", ticket="CH-4").command == "assign CH-4 <@U2>"
    assert heard("assign CH-9 to <@U2> please", ticket="CH-4").command == "assign CH-9 <@U2>"


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("can someone remind me tomorrow at 9 to call Bob?", "remind me tomorrow at 9 to call Bob"),
        ("und erinnere mich bitte morgen um 9 daran, Bob anzurufen", "remind me morgen um 9 daran, Bob anzurufen"),
        ("kannst du <@U2> morgen um 9 an das Release erinnern?", "remind <@U2> morgen um 9 an das Release"),
        ("rappelle-moi d’appeler Bob 2026-12-24 09:00 stp", "remind me appeler Bob 2026-12-24 09:00"),
        ("recuérdame llamar a Bob 2026-12-24 09:00, gracias", "remind me llamar a Bob 2026-12-24 09:00"),
        ("i want you to remind me in 2h to prepare for monday", "remind me in 2h to prepare for monday"),
        ("hey, remind us friday at 10 about the demo :tada:", "remind here friday at 10 about the demo"),
        ("remind me tomorrow at 9", ""),  # of what?
        ("someone remind me to buy milk", ""),
        ("don't remind me tomorrow at 9 to call", ""),
        ("if it fails, remind me tomorrow at 9", ""),
        ("I told him to remind me friday at 9 to call", ""),
        ("also remind me tomorrow at 9 to x and remind me friday at 9 to y", ""),
        ("also remind me tomorrow at 9 and close CH-4", ""),
        ("rappelle-moi demain à 9h d'appeler Bob", ""),  # the calendar reads English and German
    ],
)
def test_a_reminder_has_a_time_that_the_calendar_reads(text: str, command: str) -> None:
    verdict = heard(text)
    assert (verdict.command if verdict.kind == "remind" else "") == command


@pytest.mark.parametrize(
    ("text", "made"),
    [
        (
            "redis is down. remind me friday at 10 to check. thanks",
            ["report redis is down.", "remind me friday at 10 to check."],
        ),
        ("assign CH-4 to <@U2> and remind me friday at 10", ["assign CH-4 <@U2>", "remind me about this friday at 10"]),
        ("why does CI fail on #88, and remind me tomorrow at 9", ["", "remind me about this tomorrow at 9"]),
        ("thanks! remind me tomorrow at 9 about CH-4", ["remind me tomorrow at 9 about CH-4"]),
        ("give the login crash to <@U2> and remind me tomorrow", []),
        ("merge #88 and remind me tomorrow", []),
    ],
)
def test_a_reminder_beside_something_else_is_a_second_step(text: str, made: list[str]) -> None:
    assert commands(heard(text)) == made


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("redis is down", "create"),
        ("the export doesn't work", "create"),
        ("das Login geht seit heute früh nicht", "create"),
        ("le paiement ne marche plus", "create"),
        ("el login no funciona", "create"),
        ('checkout shows "internal server error"', "create"),
        ("redis is down, just create it", "create"),
        ("nothing is broken", "unsure"),
        ("no errors so far", "unsure"),
        ("redis is no longer down", "unsure"),
        ("kein Fehler mehr", "unsure"),
        ("redis will be down for maintenance", "unsure"),
        ("CH-4 is broken again", "unsure"),
        ("redis is down?", "unsure"),
        ("checkout is broken, any idea why?", "unsure"),
        ("redis is down, can you restart it?", "unsure"),
        ("broken", "unsure"),
        ("`redis is down`", "unsure"),
        ("> redis is down", "unsure"),
        ("just create it", "unsure"),
        ("the new logo is on the website", "unsure"),
    ],
)
def test_a_report_says_that_something_is_wrong_and_asks_nothing(text: str, kind: str) -> None:
    assert heard(text).kind == kind


@pytest.mark.parametrize(
    ("text", "is_more"),
    [
        ("remind me tomorrow at 9 and close CH-4", True),
        ("remind me tomorrow at 9 to call and remind <@U2> friday at 10 to pay", True),
        ("erinnere mich morgen um 9 und schließe CH-4", True),
        ("remind me to call Bob and close the door tomorrow at 9", False),
        ("remind me to remind <@U2> tomorrow at 9", False),
        ("remind me to buy milk", False),
        ("remind me tomorrow at 9 to call Bob", False),
        ("resolve CH-4 and tell Bob", False),
    ],
)
def test_a_reminder_that_goes_on_is_no_command(text: str, is_more: bool) -> None:
    assert goes_on(text) == is_more


def test_what_a_report_says_stays_whole() -> None:
    assert heard("redis is down, just create it").command == "report redis is down"
    assert heard("please open a ticket: Redis is down\non db-2").command == "report Redis is down\non db-2"
    assert heard("open a ticket for Payments: refunds are stuck").command == "report for Payments: refunds are stuck"
    long = f"redis is down\n{'at com.acme.Shop.main ' * 400}\nplease look"
    assert heard(long).command == f"report {long}"


def test_a_thread_about_no_ticket_may_be_a_talk() -> None:
    verdict = judge(Heard(text="redis is down", is_top_level=False))
    assert (verdict.kind, verdict.guess, verdict.command) == ("unsure", "create", "report redis is down")
    assert judge(Heard(text="redis is down", is_top_level=True, is_dm=True)).kind == "create"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("the replica is fine", "comment"),
        ("it fails again on prod", "comment"),
        ("3 nodes are back", "comment"),
        ("CH-2 is the same", "comment"),
        ("c'était le cache", "comment"),
        ("why is this still open?", "research"),
        ("qui s'en occupe ?", "research"),
        ("can you close this?", "unsure"),
        ("this can be closed", "unsure"),
        ("priority should be critical", "unsure"),
        ("please restart redis", "unsure"),
        ("<@U2>?", "unsure"),
        ("<@U2> can you check the logs", "unsure"),
        ("merge this please", "never"),
    ],
)
def test_in_a_tickets_thread_what_asks_and_orders_nothing_is_a_comment(text: str, kind: str) -> None:
    assert heard(text, ticket="CH-4").kind == kind


def test_a_comment_is_about_the_tickets_thread_whatever_it_begins_with() -> None:
    verdict = heard("CH-2 is the same", ticket="CH-4")
    parsed = parse(verdict.command, VERBS, has_thread_ticket=True)
    assert parsed is not None
    assert (parsed.tickets, parsed.text) == (("CH-4",), "CH-2 is the same")


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("why does CI fail on #88?", ""),
        ("is acme/shop#12 still open?", ""),
        ("warum ist CH-4 noch offen", ""),
        ("how come <https://github.com/acme/shop/pull/88> is red?", ""),
        ("can you tell me why CH-4 is still open", ""),
        ("what's the status of ch4?", "show CH-4"),
        ("wie steht es um CH-4?", "show CH-4"),
        ("où en est CH-4 ?", "show CH-4"),
        ("¿cómo va CH-4?", "show CH-4"),
    ],
)
def test_a_question_about_something_named_is_looked_up(text: str, command: str) -> None:
    verdict = heard(text)
    assert (verdict.kind, verdict.command, verdict.is_question) == ("research", command, True)


@pytest.mark.parametrize(
    "text",
    ["how do I reset a password?", "redis is down?", "can someone look at CH-4?", "redis is down, is it like CH-4?"],
)
def test_between_report_and_question_it_is_said_to_ask(text: str) -> None:
    verdict = heard(text)
    assert (verdict.kind, verdict.guess, verdict.is_question) == ("unsure", "research", True)


@pytest.mark.parametrize(
    ("text", "is_never"),
    [
        ("merge #88", True),
        ("can you merge #88 please?", True),
        ("ship it :rocket:", True),
        ("deploy to production now", True),
        ("kannst du #88 mergen?", True),
        ("peux-tu déployer ça en prod ?", True),
        ("fusiona #88 por favor", True),
        ("ship the fix for the login crash", True),
        ("deploy the hotfix for the outage", True),
        ("merge acme/shop#88, it fixes the crash", True),
        ("#88 mergen bitte", True),
        ("the deploy crashed", False),
        ("deploy #88 crashed", False),
        ("don't merge #88", False),
        ("deploy to staging fails", False),
        ("deploy is done", False),
        ("deploy to staging is done", False),
        ("who can merge #88?", False),
        ("the merge queue moved on", False),
        ("since #88 was merged the login fails", False),
    ],
)
def test_merging_and_deploying_is_never_done(text: str, is_never: bool) -> None:
    assert (heard(text).kind == "never") == is_never


@pytest.mark.parametrize(
    ("text", "is_told", "may_be_kept"),
    [
        ("the search is odd", True, True),
        ("restart redis please, it is down", False, True),
        ("redis is down, any idea?", False, False),
        ("give the login crash to <@U2>", False, False),
    ],
)
def test_what_may_be_kept_when_no_model_answers(text: str, is_told: bool, may_be_kept: bool) -> None:
    verdict = heard(text)
    assert (verdict.is_told, verdict.may_be_kept) == (is_told, may_be_kept)


@pytest.mark.parametrize("text", ["", "  ", "\u200b", "``` x ```", ":)", "asdf", "مرحبا", "你好"])
def test_what_says_nothing_is_left_alone(text: str) -> None:
    assert heard(text).kind in {"unsure", "courtesy"}


@pytest.mark.parametrize("text", ["thanks!", "merci beaucoup", "muchas gracias :pray:", "danke dir", "👍"])
def test_polite_words_make_nothing(text: str) -> None:
    verdict = heard(text)
    assert (verdict.kind, verdict.steps) == ("courtesy", ())


@given(st.lists(st.sampled_from(TEXTS) | st.text(max_size=30), min_size=1, max_size=4).map(" ".join), st.booleans())
def test_whatever_is_said_a_decision_is_sure_and_its_commands_parse(text: str, is_in_thread: bool) -> None:
    verdict = heard(text, ticket="CH-4" if is_in_thread else "")
    assert verdict.reasons
    if verdict.kind == "unsure":
        assert verdict.confidence < LEAST
        assert {step.specialist for step in verdict.steps} <= GUESSES
    else:
        assert verdict.confidence >= LEAST
    for command in filter(None, commands(verdict)):
        parsed = parse(command, VERBS, has_thread_ticket=is_in_thread)
        assert parsed is not None
        assert (parsed.problem, command) == ("", command)


@given(st.sampled_from([line for line in LINES if "remind" in line.text.casefold()]))
def test_a_reminders_command_means_the_time_that_it_was_read_by(line: object) -> None:
    verdict = judge(line.heard)  # type: ignore[attr-defined]
    for step in verdict.steps:
        if step.specialist == "remind":
            assert read_wish(step.command.removeprefix("remind ")).when is not None


def test_where_it_is_said_decides_and_not_who_says_it() -> None:
    there = Heard(text="it fails again", ticket="CH-4", is_top_level=False)
    assert judge(there).kind == "comment"
    assert judge(replace(there, ticket="", is_top_level=True)).kind == "create"


@pytest.mark.parametrize(
    "text",
    [
        *("<@" * 3000, "ch-1 " * 2000, "“" * 4000, '"a' * 3000, "`" * 4000, "```" * 2000, "<http://" * 1000),
        *("a.a/" * 2000, "acme/" + "x" * 5000, ":a" * 3000, "@a." * 2000, "geht nicht " * 1000, "remind me " * 800),
        *("please can you " * 500, "\n" * 5000, " \t" * 4000, "> " * 4000, "no " * 3000),
    ],
)
def test_no_text_makes_it_slow(text: str) -> None:
    started = time.thread_time()
    heard(text)
    heard(text, ticket="CH-4")
    assert time.thread_time() - started < 0.25


def test_of_a_long_text_the_beginning_and_the_end_are_read() -> None:
    reading = read(clean(f"first {'x ' * 5000} last"))
    assert (reading.tokens[0].word, reading.tokens[-1].word, reading.is_whole) == ("first", "last", False)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_lists(language: str) -> None:
    def keys(code: str) -> dict[str, list[str]]:
        return {table: sorted(lists) for table, lists in load(code).items()}

    assert keys(language) == keys("en")


def test_the_lines_to_measure_by_are_enough() -> None:
    assert len(LINES) >= 200
    assert len({json.dumps([line.text, line.thread]) for line in LINES}) == len(LINES)
