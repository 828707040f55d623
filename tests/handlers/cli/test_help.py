"""`help` on the command line says the same as in Slack."""

from agent.commands.help import full_help, verb_help
from agent.commands.registry import VERBS, verb_named
from bot.messages import plain
from tests.handlers.cli.conftest import Run


def test_a_verb_and_all_of_them(run: Run) -> None:
    assert run("help", "fixed").out == plain(verb_help(verb_named("resolve"))) + "\n"
    assert run("help").out == plain(full_help(VERBS)) + "\n"


def test_what_is_no_verb(run: Run) -> None:
    answer = run("help", "resolv")
    assert answer.code != 0
    assert "Did you mean" in answer.err
