"""An alert fires on figures that exist, says how bad it is, and leads to a page that says what to do."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot import metrics

ROOT = Path(__file__).parents[1]
RULES = ROOT / "deploy/prometheus/alerts.yml"
TESTS = ROOT / "deploy/prometheus/alerts_test.yml"
NAME = re.compile(r"chargehand_\w+")
USED = re.compile(r"(chargehand_\w+)(?:\{([^}]*)\})?")
GROUPED = re.compile(r"\bby \(([^)]*)\)")
SUFFIXES = ("_bucket", "_sum", "_count")
ASKED_FOR = 14  # conditions that an operator has to hear of


def alerts() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    return list(group["rules"])


def known() -> dict[str, set[str]]:
    """Every name that a query may use -> its labels."""
    names = {metric.name: set(metric.labels) for metric in metrics.catalogue()}
    timed = {f"chargehand_{timing.name}" for timing in metrics.TIMINGS}
    return names | {name + suffix: names[name] | {"le"} for name in timed for suffix in SUFFIXES}


@pytest.mark.parametrize("alert", alerts(), ids=lambda alert: alert["alert"])
def test_its_figures_and_labels_exist(alert: dict[str, Any]) -> None:
    used = USED.findall(alert["expr"])
    assert used
    labels = set().union(*(known()[name] for name, _ in used))
    for name, matchers in used:
        assert set(re.findall(r"(\w+)\s*[=!]", matchers)) <= known()[name]
    for grouped in GROUPED.findall(alert["expr"]):
        assert {label.strip() for label in grouped.split(",")} <= labels


@pytest.mark.parametrize("alert", alerts(), ids=lambda alert: alert["alert"])
def test_it_is_graded_and_leads_to_its_runbook(alert: dict[str, Any]) -> None:
    assert alert["labels"]["severity"] in {"warning", "critical"}
    assert alert["annotations"]["summary"].endswith(".")
    page, _, anchor = alert["annotations"]["runbook"].partition("#")
    headings = re.findall(r"^### (.+)$", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)
    assert alert["alert"] in headings
    assert anchor == alert["alert"].lower()


def test_there_is_one_for_each_condition_and_no_runbook_without() -> None:
    page = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    written = re.findall(r"^### (Chargehand\w+)$", page, re.MULTILINE)
    assert written == [alert["alert"] for alert in alerts()]
    assert len(written) == ASKED_FOR


def test_the_rules_tests_speak_of_rules_and_figures_that_exist() -> None:
    told = yaml.safe_load(TESTS.read_text(encoding="utf-8"))
    summaries = {alert["alert"]: alert["annotations"] for alert in alerts()}
    for test in told["tests"]:
        assert {NAME.match(series["series"])[0] for series in test["input_series"]} <= set(known())  # type: ignore[index]
        for case in test["alert_rule_test"]:
            assert case["alertname"] in summaries
            assert all(fired["exp_annotations"] == summaries[case["alertname"]] for fired in case["exp_alerts"])


def test_each_is_told_to_fire_and_not_to() -> None:
    told = yaml.safe_load(TESTS.read_text(encoding="utf-8"))
    cases = [
        (case["alertname"], bool(case["exp_alerts"])) for test in told["tests"] for case in test["alert_rule_test"]
    ]
    assert {(alert["alert"], fires) for alert in alerts() for fires in (True, False)} == set(cases)


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool comes with Debian's package prometheus")
@pytest.mark.parametrize("check", [("check", "rules", RULES), ("test", "rules", TESTS)], ids=lambda check: check[0])
def test_prometheus_itself_understands_them(check: tuple[str | Path, ...]) -> None:
    done = subprocess.run(["promtool", *check], capture_output=True, text=True, check=False, cwd=RULES.parent)
    assert done.returncode == 0, done.stdout + done.stderr
