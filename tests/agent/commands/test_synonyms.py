"""Each verb has the names that people know it by. Some say more than their verb ("mine", "p1", "on it"), and begin
many sentences that are reports."""

import pytest

from agent.commands.grammar import parse
from agent.commands.registry import VERBS

ALSO = {
    "report": ("new", "create", "open", "track"),
    "list": ("ls", "mine", "queue", "my tickets"),
    "show": ("view", "info"),
    "claim": ("take", "assign me", "on it"),
    "assign": ("give", "reassign"),
    "handover": ("pass", "hand over"),
    "ack": ("acknowledge", "seen"),
    "start": ("working", "wip", "in progress"),
    "wait": ("blocked", "needs info", "waiting"),
    "resolve": ("fix", "fixed", "done", "solved"),
    "close": ("wontfix", "invalid", "reject"),
    "priority": ("prio", "p0", "p1", "p2", "p3", "bump", "lower"),
    "set": ("edit", "rename", "tag"),
    "move": ("transfer",),
    "comment": ("note", "add"),
    "watch": ("follow",),
    "dup": ("merge", "duplicate"),
    "snooze": ("later", "nudge me"),
    "mute": ("quiet",),
    "escalate": ("page", "raise"),
    "undo": ("revert",),
    "why": ("explain",),
    "history": ("timeline",),
    "remind": ("remember", "nag"),
    "digest": ("today",),
    "summary": ("weekly",),
    "me": ("whoami", "profile"),
    "back": ("i'm back",),
    "team": ("members",),
    "person": ("people",),
    "help": ("?", "commands", "how"),
}


def test_each_verb_has_the_names_that_people_know_and_one_in_german() -> None:
    words = {verb.name: set(verb.words) for verb in VERBS}
    assert {name: set(also) - words[name] for name, also in ALSO.items() if set(also) - words[name]} == {}
    assert [verb.name for verb in VERBS if not verb.german and not verb.is_for_buttons] == []
    named = [word.casefold() for verb in VERBS for word in verb.words]
    assert len(named) == len(set(named))


def test_each_verb_says_where_it_may_come_from() -> None:
    for verb in VERBS:
        in_a_message = parse(verb.example, VERBS, has_thread_ticket=True, is_message=True)
        assert (in_a_message is not None) == ("mention" in verb.surfaces), verb.name
        assert {"slash", "button", "form", "cli"} <= verb.surfaces
    assert {verb.name for verb in VERBS if "mention" in verb.surfaces and "github" not in verb.surfaces} >= {
        "me",
        "team",
    }
    assert all("github" in verb.surfaces for verb in VERBS if verb.name in {"resolve", "priority", "undo", "why"})


@pytest.mark.parametrize(
    ("line", "verb", "text", "priority"),
    [
        ("mine", "list", "mine", ""),
        ("my tickets", "list", "mine", ""),
        ("queue overdue", "list", "overdue", ""),
        ("on it CH-3", "claim", "", ""),
        ("p1 CH-3 customers call in", "priority", "customers call in", "high"),
        ("bump CH-3 customers call in", "priority", "customers call in", "bump"),
        ("bump CH-3 high", "priority", "", "high"),
        ("page CH-3 customers call in", "escalate", "customers call in", ""),
        ("add CH-3 since the deploy", "comment", "since the deploy", ""),
        ("open redis is down for everyone", "report", "redis is down for everyone", ""),
        ("needs info CH-3 on @bob the logs", "wait", "the logs", ""),
        ("nudge me CH-3 tomorrow", "snooze", "tomorrow", ""),
        ("nudge me about CH-3 next Monday", "snooze", "next Monday", ""),
        ("in progress CH-3", "start", "", ""),
        ("team CH-3 Payments", "move", "Payments", ""),
        ("i'm back", "back", "", ""),
        ("members", "team", "", ""),
        ("members add Platform @bob responder", "team", "member add Platform @bob responder", ""),
        ("nag @bob to look at CH-3 tomorrow", "remind", "@bob to look at CH-3 tomorrow", ""),
        ("remember me to call Bob tomorrow", "remind", "me to call Bob tomorrow", ""),
        ("how resolve", "help", "resolve", ""),
        ("stand CH-3", "status", "", ""),
    ],
)
def test_names_that_say_more_than_the_verb(line: str, verb: str, text: str, priority: str) -> None:
    parsed = parse(line, VERBS)
    assert parsed
    assert (parsed.verb.name, parsed.text, parsed.priority, parsed.problem) == (verb, text, priority, "")


@pytest.mark.parametrize(
    "line",
    [
        "p1 redis down",
        "lower disk usage on db1",
        "bump of the road",
        "queue is stuck",
        "on it since noon",
        "mine is broken",
        "page is blank for everyone",
        "add a button for refunds",
        "open a GitHub issue for this in acme/shop",
        "open an issue about it",
        "open tickets?",
        "needs info from the customer",
        "nudge me when it is done",
        "in progress since noon",
        "i'm back to the old error",
        "members of staff cannot log in",
        "nag screens are back",
        "remember this happened in May",
        "how come?",
        "how do I reset a password?",
        "stand der Dinge ist schlecht",
        "team Payments has no access",
    ],
)
def test_sentences_that_begin_with_such_a_name_stay_sentences(line: str) -> None:
    assert parse(line, VERBS, is_message=True) is None


@pytest.mark.parametrize("line", ["p1", "on it", "bump", "lower", "in progress", "nudge me tomorrow"])
def test_in_a_thread_they_are_about_its_ticket(line: str) -> None:
    parsed = parse(line, VERBS, has_thread_ticket=True, is_message=True)
    assert parsed
    assert parsed.problem == ""
