"""`prompt …`: what models are told can be read, as a template and as it would be sent."""

import json

from tests.handlers.cli.conftest import Run


def test_prompts_are_listed_and_shown(run: Run) -> None:
    rows = json.loads(run("prompt", "list", "--json").out)
    assert {"name": "triage", "version": "1"}.items() <= rows[-2].items()
    assert "summary_system" in run("prompt", "list").out
    assert "{{ report.text | data }}" in run("prompt", "show", "triage").out
    shown = run("prompt", "show", "triage", "--example").out
    assert "checkout is broken on mobile since the deploy" in shown
    assert "{{" not in shown
    told = json.loads(run("prompt", "show", "triage", "--example", "--json").out)
    assert (told["name"], told["version"], told["text"] + "\n") == ("triage", 1, shown)
    wrong = run("prompt", "show", "nothing")
    assert wrong.code != 0
    assert "there are: agent_rules, aloud" in wrong.err
