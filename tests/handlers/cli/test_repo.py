"""`repo` and `reconcile` say what they will do, what there is, and what is missing for it."""

from pathlib import Path

import pytest

from tests.handlers.cli.conftest import Run

TOKEN = {"GITHUB_TOKEN": "ghp_anything"}


@pytest.mark.parametrize(
    "verb", ["jobs list", "person list", "reconcile", "repo list", "team list", "webhook secret list"]
)
def test_nobody_looks_into_a_database_that_is_not_there(run: Run, verb: str) -> None:
    refused = run(*verb.split())
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith("There is no database at data/chargehand.db: `serve` or `db upgrade` makes one")
    assert not Path("data").exists()


@pytest.mark.usefixtures("newest")
def test_nothing_is_connected_at_first(run: Run) -> None:
    listed = run("repo", "list")
    assert (listed.code, listed.out.strip()) == (0, "No repository yet: `python app.py repo connect OWNER/NAME`.")


@pytest.mark.usefixtures("newest")
def test_a_repository_is_put_in_line(run: Run) -> None:
    done = run("repo", "connect", "acme/shop", "--no-wait", **TOKEN)
    assert (done.code, done.out) == (0, "acme/shop is to be connected; a running `serve` does it.\n")
    assert "github.connect" in run("jobs", "list").out


@pytest.mark.usefixtures("newest")
def test_what_is_missing_is_named(run: Run) -> None:
    assert "GITHUB_TOKEN is not set" in run("repo", "connect", "acme/shop", "--no-wait").err
    assert "CHARGEHAND_PUBLIC_URL" in run("repo", "connect", "acme/shop", "--hook", "--no-wait", **TOKEN).err
    assert "is no repository" in run("repo", "connect", "shop", "--no-wait", **TOKEN).err
    assert "is no channel" in run("repo", "connect", "acme/shop", "--channel", "ops", "--no-wait", **TOKEN).err
    assert "I do not know acme/shop" in run("repo", "sync", "acme/shop", "--no-wait").err
    assert "I do not know acme/shop" in run("repo", "disconnect", "acme/shop").err


@pytest.mark.usefixtures("newest")
def test_reconcile_is_put_in_line(run: Run) -> None:
    done = run("reconcile", "--since", "2h")
    assert (done.code, done.out) == (0, "A running `serve` fetches what was missed, and tells the admins.\n")
    assert "reconcile" in run("jobs", "list").out


@pytest.mark.usefixtures("newest")
def test_a_look_at_what_is_missing_says_when_nobody_was_asked(run: Run) -> None:
    assert run("reconcile", "--dry-run").err.startswith("GITHUB_TOKEN is not set")
    alone = run("reconcile", "--dry-run", **TOKEN)
    assert (alone.code, alone.out.partition(",")[0]) == (0, "No repository is connected")


def test_reconcile_refuses_odd_times(run: Run) -> None:
    assert "is no time: write 90m, 2h, 3d" in run("reconcile", "--since", "noon").err
    assert "has not come yet" in run("reconcile", "--since", "2999-01-01").err
    for long_ago in ("0001-01-01", "0001-01-01T00:00+14:00", "9999d"):
        assert "is too long ago: name a time from 2008-01-01 on" in run("reconcile", "--since", long_ago).err
