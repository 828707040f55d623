"""The kill campaign can fail: it finds each protection that is switched off."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from bench.kill9 import BREAKS
from bench.workplace import ROOT

SEEDS = range(1, 6)  # until one shows it: whether a kill falls into the gap is a matter of chance


@dataclass(frozen=True)
class Hole:
    """The kills until a protection is missed, and what is found then."""

    kills: int
    shows_as: str


HOLES = {
    "dedupe": Hole(6, "doubled"),
    "fence": Hole(10, "doubled"),
    "lookup": Hole(8, "doubled"),
    "persist": Hole(6, "lost"),
}


@pytest.mark.parametrize("broken", sorted(BREAKS))
def test_a_protection_that_is_switched_off_is_missed(broken: str) -> None:
    hole = HOLES[broken]
    for seed in SEEDS:
        code, found = _campaign("--break", broken, "--kills", str(hole.kills), "--seed", str(seed))
        if found[hole.shows_as]:
            assert code == 1
            return
    pytest.fail(f"nobody noticed that {broken} was off")


def _campaign(*words: str) -> tuple[int, dict[str, Any]]:
    """Exit code and findings of `python bench/kill9.py --json`."""
    command = [sys.executable, "bench/kill9.py", "--json", *words]
    with TemporaryDirectory(prefix="kill-") as folder:  # a test's own has too long a path for a socket
        env = os.environ | {"TMPDIR": folder}
        done = subprocess.run(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True, timeout=600, check=False)
    findings: dict[str, Any] = json.loads(done.stdout)
    return done.returncode, findings
