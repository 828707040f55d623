"""The kill campaign can fail: it finds each protection that is switched off."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE
from dataclasses import asdict, fields
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from bench.kill9 import BREAKS, Plan, campaign
from bench.verdict import Verdict
from bench.workplace import ROOT

SEEDS = range(1, 4)  # until one shows it: whether a kill falls into the gap is a matter of chance
KILLS = 24  # at most: a campaign ends as soon as it has found something


# Protection -> what is found without it.
SHOWS_AS = {"dedupe": "doubled", "fence": "doubled", "lookup": "doubled", "persist": "lost"}
COMMANDED = "persist"  # it is switched off on the command line; the others where everything is imported already


@pytest.mark.parametrize("broken", sorted(BREAKS))
async def test_a_protection_that_is_switched_off_is_missed(broken: str) -> None:
    for seed in SEEDS:
        plan = Plan(kills=KILLS, seed=seed, broken=broken)
        found = await (_commanded(plan) if broken == COMMANDED else _found(plan))
        if found[SHOWS_AS[broken]]:
            return
    pytest.fail(f"nobody noticed that {broken} was off")


async def _found(plan: Plan) -> dict[str, Any]:
    """What a campaign finds."""
    with _folder() as folder:
        _, verdict = await campaign(plan, Path(folder))
    return asdict(verdict)


async def _commanded(plan: Plan) -> dict[str, Any]:
    """What `python bench/kill9.py --json` finds; its exit code says whether that is anything."""
    assert plan.broken
    words = ["--json", "--break", plan.broken, "--kills", str(plan.kills), "--seed", str(plan.seed)]
    with _folder() as folder:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "bench/kill9.py", *words), cwd=ROOT, env=os.environ | {"TMPDIR": folder}, stdout=PIPE
        )
        printed, _ = await asyncio.wait_for(process.communicate(), 600)
    findings: dict[str, Any] = json.loads(printed)
    assert process.returncode == any(findings[field.name] for field in fields(Verdict))
    return findings


def _folder() -> TemporaryDirectory[str]:
    """A test's own has too long a path for a socket."""
    return TemporaryDirectory(prefix="kill-")
