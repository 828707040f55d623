"""Words become a command only when its whole grammar fits, since most text is a report."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.commands.grammar import FILLER, Parsed, command_lines, is_slip, near_verbs, parse, reason_of
from agent.commands.reading import LONGEST_REASON
from agent.commands.registry import VERBS
from agent.commands.verb import Slot


def read(text: str, *, in_thread: bool = False) -> Parsed:
    parsed = parse(text, VERBS, has_thread_ticket=in_thread)
    assert parsed is not None
    return parsed


@pytest.mark.parametrize(
    ("text", "verb", "number", "rest"),
    [
        ("report redis is down", "report", None, "redis is down"),
        ("REPORT: redis is down", "report", None, "redis is down"),
        ("report\nredis\nis down", "report", None, "redis\nis down"),
        ("resolve CH-12 failed over", "resolve", 12, "failed over"),
        ("please resolve ch12: failed over", "resolve", 12, "failed over"),
        ("fixed 12, failed over", "resolve", 12, "failed over"),
        ("can you close CH-3 out of scope", "close", 3, "out of scope"),
        ("wontfix CH-3 out of scope", "close", 3, "out of scope"),
        ("list team Platform", "list", None, "team Platform"),
        ("ls", "list", None, ""),
        ("show ch-1", "show", 1, ""),
        ("move CH-1 Payments and Billing", "move", 1, "Payments and Billing"),
        ("? resolve", "help", None, "resolve"),
    ],
)
def test_verbs_and_their_parts(text: str, verb: str, number: int | None, rest: str) -> None:
    parsed = read(text)
    assert (parsed.verb.name, parsed.number, parsed.text, parsed.problem) == (verb, number, rest, "")


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("assign CH-1 <@U1>", ("U1",)),
        ("assign CH-1 to <@U1|bob>, <@U2>", ("U1", "U2")),
        ("give CH-1 @bob @carol", ("bob", "carol")),
        ("assign CH-1 to Ann Smith", ("Ann Smith",)),
        ("unassign CH-1 bob, Özgür", ("bob", "Özgür")),
    ],
)
def test_people(text: str, people: tuple[str, ...]) -> None:
    assert read(text).people == people


@pytest.mark.parametrize("text", ["assign 12 nodes to the pool", "assign this to the team", "assign CH-1"])
def test_in_a_message_names_without_an_at_stand_behind_a_ticket_alone(text: str) -> None:
    parsed = parse(text, VERBS, has_thread_ticket=True, is_message=True)
    assert parsed is None or parsed.problem


@pytest.mark.parametrize(
    ("text", "status", "rest"),
    [
        ("status CH-1 in progress", "in_progress", ""),
        ("status CH-1 to WIP", "in_progress", ""),
        ("status CH-1 Done: failed over", "resolved", "failed over"),
        ("status CH-1 closed, Too Old", "closed", "Too Old"),
        ("status CH-1 in progress since noon", "in_progress", "since noon"),
    ],
)
def test_statuses(text: str, status: str, rest: str) -> None:
    parsed = read(text)
    assert (parsed.status, parsed.text) == (status, rest)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("resolve", "which ticket is missing"),
        ("resolve CH-1", "a reason is missing: it goes on record"),
        ("resolve CH-1 ok", "a reason is missing: it goes on record"),
        ("resolve CH-1 " + "x" * (LONGEST_REASON + 1), "the reason is longer than 1,000 characters"),
        ("assign CH-1", "who is missing"),
        ("assign CH-1 <@U1> now", "“now” is more than `assign` takes"),
        ("status CH-1 gone", "“gone” is no status"),
        ("status CH-1 wip " + "x" * (LONGEST_REASON + 1), "the reason is longer than 1,000 characters"),
        ("show CH-1?", "“?” is more than `show` takes"),
        ("report", "<text> is missing"),
        ("move CH-1", "TEAM is missing"),
        ("list sort:up", "“sort:up” is no filter"),
        ("help me please", "“me please” is no command"),
    ],
)
def test_what_is_wrong_is_named(text: str, problem: str) -> None:
    assert read(text).problem == problem


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("resolve `CH-1` failed over", "resolve CH-1 failed over"),
        ('assign "CH-1" @bob', "assign CH-1 @bob"),
        ("claim\u00a0CH-1", "claim CH-1"),
        ("claim\tCH-1", "claim CH-1"),
        ("claim CH-1.", "claim CH-1"),
        ("claim CH-1, please", "claim CH-1"),
        ("claim CH-1\nthanks!", "claim CH-1"),
        ("my open tickets", "list mine open"),
    ],
)
def test_the_same_otherwise_written(text: str, plain: str) -> None:
    assert read(text) == replace(read(plain), called=read(text).called, words=read(text).words)


def test_what_stands_in_quotes_is_one_word() -> None:
    assert read('assign CH-1 "Ann Lee" @bob').people == ("Ann Lee", "bob")
    assert read('wait CH-1 "the vendor"').text == '"the vendor"'
    assert read('rename CH-1 "Foo bar"').values == {"title": "Foo bar"}
    assert read('rename CH-1 "Foo" and "bar"').values == {"title": '"Foo" and "bar"'}


@pytest.mark.parametrize("text", ["claim 12", "assign 12 @bob", "why 12", "undo 12", "priority 12 high"])
def test_in_a_thread_a_number_that_can_be_nothing_else_is_a_ticket(text: str) -> None:
    assert read(text, in_thread=True).tickets == ("CH-12",)


@pytest.mark.parametrize(
    ("text", "maybe"), [("resolve 12 nodes are back", 12), ("resolve CH-7 12 nodes", None), ("snooze 2 days", None)]
)
def test_in_a_thread_a_number_before_free_words_may_be_one(text: str, maybe: int | None) -> None:
    assert read(text, in_thread=True).maybe == maybe


@pytest.mark.parametrize(
    ("word", "is_one"),
    [
        ("lisst", True),
        ("shwo", True),
        ("resolv", True),
        ("asign", True),
        ("cloze", True),
        ("down", False),
        ("nope", False),
    ],
)
def test_a_slip_is_one_letter(word: str, is_one: bool) -> None:
    assert is_slip(word, VERBS) == is_one


@pytest.mark.parametrize("text", ["redis is down", "", "   ", "resolved it yesterday, broken again", "CH-1"])
def test_other_words_are_no_command(text: str) -> None:
    assert parse(text, VERBS) is None


@pytest.mark.parametrize(
    "text",
    [
        "close 3 idle connections",
        "resolve 2 flaky tests",
        "fix 3 broken links",
        "reopen 5 of the tabs",
        "move 2 servers",
        "status 3 open files",
    ],
)
def test_in_a_message_a_bare_number_before_words_is_a_count(text: str) -> None:
    assert parse(text, VERBS, is_message=True) is None
    typed = read(text)
    assert typed.number == int(text.split()[1])
    named = parse(text.replace(text.split()[1], f"CH-{typed.number}"), VERBS, is_message=True)
    assert named == typed


@pytest.mark.parametrize(
    ("text", "number"),
    [("claim 3", 3), ("show 3", 3), ("assign 3 @bob", 3), ("status 3 in progress", 3), ("resolve ch3 it is back", 3)],
)
def test_in_a_message_a_number_that_can_be_nothing_else_is_a_ticket(text: str, number: int) -> None:
    parsed = parse(text, VERBS, is_message=True)
    assert parsed is not None
    assert (parsed.number, parsed.problem) == (number, "")


@pytest.mark.parametrize(("text", "verb"), [("take 3 nodes offline", "claim"), ("show 3 rows only", "show")])
def test_in_a_message_a_count_that_no_verb_takes_is_no_whole_command(text: str, verb: str) -> None:
    parsed = parse(text, VERBS, is_message=True)
    assert parsed is not None
    assert (parsed.verb.name, bool(parsed.problem)) == (verb, True)


def test_in_a_thread_the_ticket_may_be_left_out() -> None:
    bare = read("resolve 3 nodes are back", in_thread=True)
    assert (bare.number, bare.text) == (None, "3 nodes are back")
    named = read("resolve CH-3 nodes are back", in_thread=True)
    assert (named.number, named.text) == (3, "nodes are back")
    assert read("claim", in_thread=True).problem == ""


@pytest.mark.parametrize(
    ("word", "near"), [("resolv", "resolve"), ("lst", "list"), ("asign", "assign"), ("hlep", "help")]
)
def test_the_nearest_verbs(word: str, near: str) -> None:
    assert near in near_verbs(word, VERBS)


def test_words_far_from_all_verbs_and_those_of_buttons_are_not_offered() -> None:
    assert near_verbs("kubernetes", VERBS) == []
    assert near_verbs("seperate", VERBS) == []


def test_no_word_means_two_verbs() -> None:
    words = [word for verb in VERBS for word in map(str.casefold, verb.words)]
    assert len(words) == len(set(words))


def test_every_example_is_a_complete_command_of_its_verb() -> None:
    for verb in VERBS:
        for example in (verb.example, verb.another):
            parsed = read(example)
            assert (parsed.verb, parsed.problem) == (verb, "")
            may_name_one = not {Slot.LAST, Slot.MUTE, Slot.UNMUTE}.isdisjoint(verb.takes)
            assert (Slot.TICKET in verb.takes) == (parsed.number is not None) or may_name_one
        assert verb.usage.startswith(verb.name)


def test_a_quick_reason_and_own_words_become_one() -> None:
    assert reason_of({"quick": "User error", "reason": "wrong key"}) == "User error: wrong key"
    assert reason_of({"reason": "wrong key"}) == "wrong key"
    assert reason_of({}) == ""


@given(st.text(max_size=60))
def test_any_text_is_read_without_an_error(text: str) -> None:
    parsed = parse(text, VERBS)
    line = FILLER.sub("", text.strip()).casefold()
    assert parsed is None or any(line.startswith(name.casefold()) for name in parsed.verb.words)


@pytest.mark.parametrize(
    ("line", "priority", "why"),
    [
        ("priority CH-1 high", "high", ""),
        ("prio CH-1 P0", "critical", ""),
        ("priorität CH-1 niedrig nur ein Tippfehler", "low", "nur ein Tippfehler"),
        ("priority CH-1 to p2, only the test system", "medium", "only the test system"),
    ],
)
def test_priorities(line: str, priority: str, why: str) -> None:
    parsed = read(line)
    assert (parsed.verb.name, parsed.priority, parsed.text, parsed.problem) == ("priority", priority, why, "")


@pytest.mark.parametrize(
    ("line", "people", "what"),
    [
        ("wait CH-1 on <@U1> the new certificate", ("U1",), "the new certificate"),
        ("blocked CH-1 on the vendor", (), "the vendor"),
        ("wartet CH-1 auf @bob Antwort", ("bob",), "Antwort"),
    ],
)
def test_what_is_waited_for(line: str, people: tuple[str, ...], what: str) -> None:
    parsed = read(line)
    assert (parsed.verb.name, parsed.people, parsed.text, parsed.problem) == ("wait", people, what, "")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("wait CH-1 on @bob", "what it waits for is missing"),
        ("priority CH-1", "which priority is missing"),
        ("priority CH-1 urgent", "“urgent” is no priority"),
        ("undo the deploy of today", "“the deploy of today” is more than `undo` takes"),
    ],
)
def test_what_is_missing_is_named(line: str, problem: str) -> None:
    assert read(line).problem == problem


@pytest.mark.parametrize("text", ["working on it", "seen it twice", "waiting for the vendor", "take a look"])
def test_other_words_for_a_verb_begin_remarks_in_a_thread(text: str) -> None:
    assert parse(text, VERBS, has_thread_ticket=True) is None


def test_a_button_carries_the_version_it_was_made_from() -> None:
    parsed = read("resolve CH-12@7 failed over")
    assert (parsed.number, parsed.version, parsed.words) == (12, 7, "failed over")
    assert read("resolve CH-12 failed over").version is None


def test_every_verb_leads_back_or_says_why_not() -> None:
    names = {verb.name for verb in VERBS}
    for verb in VERBS:
        assert bool(verb.inverse) != bool(verb.no_inverse), verb.name
        assert not verb.inverse or verb.inverse in names, verb.name
        assert verb.can_be_undone <= (Slot.TICKET in verb.takes), verb.name
    assert {verb.name for verb in VERBS if verb.needs_reason and not verb.is_for_buttons} == {
        "resolve", "close", "reopen", "release", "deny", "escalate",
    }  # fmt: skip


@pytest.mark.parametrize("text", ["hours of the shop are wrong", "hours 9 to 5 fail", "holiday page is broken"])
def test_a_sentence_about_hours_is_no_command(text: str) -> None:
    assert read(text).problem.endswith("is no way to use it")


@pytest.mark.parametrize("text", ["me too", "back to normal", "why so slow", "why is redis down", "back up failed"])
def test_a_sentence_that_begins_like_a_command_about_people_is_none(text: str) -> None:
    assert parse(text, VERBS) is None
    assert parse(text, VERBS, has_thread_ticket=True, is_message=True) is None


@pytest.mark.parametrize(
    ("text", "verb", "people", "rest", "cover"),
    [
        ("capacity 5", "capacity", (), "5", ""),
        ("capacity <@U1|bob> off", "capacity", ("U1",), "off", ""),
        ("rotation @bob", "rotation", ("bob",), "", ""),
        ("away until Monday, cover <@U2> dentist", "away", (), "until Monday, dentist", "U2"),
        ("away @bob 3d", "away", ("bob",), "3d", ""),
        ("back", "back", (), "", ""),
        ("why CH-3", "why", (), "", ""),
        ("explain 3 not <@U1>", "why", ("U1",), "", ""),
    ],
)
def test_people_and_what_is_said_of_them(text: str, verb: str, people: tuple[str, ...], rest: str, cover: str) -> None:
    parsed = read(text)
    assert (parsed.verb.name, parsed.people, parsed.text, parsed.cover, parsed.problem) == (
        verb,
        people,
        rest,
        cover,
        "",
    )


@pytest.mark.parametrize(
    ("line", "named", "words"),
    [
        ("resolve CH-1 ch2, CH-3 and CH-4 deploy rolled back", ("CH-1", "CH-2", "CH-3", "CH-4"), "deploy rolled back"),
        ("claim 12 13", ("CH-12", "CH-13"), ""),
        ("fixed 12 3 nodes are back", ("CH-12",), "3 nodes are back"),
        ("comment CH-1: CH-2 is the same", ("CH-1",), "CH-2 is the same"),
        ("close CH-1@3 CH-1@3 too old", ("CH-1@3",), "too old"),
        (
            "close <https://a.slack.com/archives/C1/p1700000000000001?thread_ts=1.2&amp;cid=C1|a b> too old",
            ("<https://a.slack.com/archives/C1/p1700000000000001?thread_ts=1.2&amp;cid=C1|a b>",),
            "too old",
        ),
    ],
)
def test_the_tickets_that_a_command_names(line: str, named: tuple[str, ...], words: str) -> None:
    parsed = read(line)
    assert (parsed.tickets, parsed.words, parsed.problem) == (named, words, "")


def test_a_command_takes_twenty_tickets() -> None:
    names = " ".join(f"CH-{number}" for number in range(1, 22))
    assert read(f"claim {names}").problem == "those are 21 tickets, and 20 go at once"


def test_this_is_the_ticket_of_a_thread() -> None:
    assert read("resolve this failed over", in_thread=True).tickets == ("this",)
    assert parse("fix this please", VERBS, has_thread_ticket=True) is None
    assert read("resolve this failed over").problem == "which ticket is missing"


@pytest.mark.parametrize(
    "line", ["could you please, resolve CH-1 failed over", "Kannst du bitte resolve CH-1 failed over"]
)
def test_polite_words_before_a_verb_say_nothing(line: str) -> None:
    assert read(line).verb.name == "resolve"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("claim CH-1\n\nresolve CH-2 it is back", 2),
        ("resolve CH-1 it is back\nsince the deploy", 1),
        ("report redis is down\nlist", 1),
        ("claim CH-1\nresolve CH-2", 2),
        ("claim CH-1\n" * 21, 1),
    ],
)
def test_lines_are_commands_where_each_is_one(text: str, lines: int) -> None:
    assert len(command_lines(text, VERBS)) == lines


@given(
    st.lists(st.sampled_from(["resolve", "CH-1", "ch2,", "and", "this", "\n", "12", "<@U1>", ":", "<http", '"', "`"]))
)
def test_pieces_of_commands_are_read_without_an_error(pieces: list[str]) -> None:
    for in_thread in (False, True):
        command_lines(" ".join(pieces), VERBS, has_thread_ticket=in_thread, is_message=True)
        parse(" ".join(pieces), VERBS, has_thread_ticket=in_thread, is_message=True)


@pytest.mark.parametrize("text", ["dup this", "merge this", "dup diese"])
def test_this_alone_names_no_second_ticket(text: str) -> None:
    assert "of which ticket" in read(text, in_thread=True).problem


def test_in_a_thread_one_ticket_is_the_second() -> None:
    assert read("dup CH-12", in_thread=True).other == "CH-12"
