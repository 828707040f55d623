"""`webhook secret …`: a secret is shown once, lists name no value, and `--push` sets it at GitHub."""

import asyncio
from pathlib import Path

from cryptography.fernet import Fernet

from bot.events import GitHubRepository
from bot.sandbox.github import GitHubSandbox
from storage import workspace
from storage.database import open_database
from storage.repositories import Repository
from tests.handlers.cli.conftest import Run
from tests.team import LONG_AGO

KEYS = {"CHARGEHAND_SECRET_KEYS": Fernet.generate_key().decode()}
DATABASE = Path("data/chargehand.db")


def shown(out: str) -> str:
    return out.splitlines()[0].rpartition(": ")[2]


def test_a_secret_lives_and_ends(run: Run) -> None:
    made = run("webhook", "secret", "create", "--repo", "Acme/Shop", **KEYS)
    assert made.code == 0
    first, second = made.out.splitlines()
    assert first.startswith("Secret of repo:acme/shop, shown this once: ")
    address = second.removeprefix("Address of its hook: ")
    rotated = run("webhook", "secret", "rotate", "--repo", "acme/shop", "--grace", "2d", **KEYS)
    assert rotated.out.splitlines()[1] == second
    assert shown(rotated.out) != shown(made.out)
    listed = run("webhook", "secret", "list", **KEYS)
    lines = [" ".join(line.split()) for line in listed.out.splitlines()]
    assert lines[1] == f"2 repo:acme/shop {address} 0 d valid never"
    assert lines[2].startswith(f"1 repo:acme/shop {address} 0 d valid until ")
    assert shown(made.out) not in listed.out
    assert run("webhook", "secret", "retire", "1", **KEYS).out == "Secret 1 of repo:acme/shop counts no more.\n"
    assert " ended " in run("webhook", "secret", "list", **KEYS).out


def test_mistakes_are_one_line_each(run: Run) -> None:
    for args, said in (
        (("create", "--repo", "acme/shop"), "CHARGEHAND_SECRET_KEYS is not set"),
        (("create",), "Name one: --repo OWNER/NAME or --org LOGIN."),
        (("create", "--repo", "a/b", "--org", "a"), "Name one: --repo OWNER/NAME or --org LOGIN."),
        (("rotate", "--org", "acme", "--grace", "soon"), "soon is no time: write 30m, 24h or 7d."),
        (("rotate", "--org", "acme"), "org:acme has no secret yet"),
        (("create", "--repo", "shop"), "“shop” is no repository: write --repo OWNER/NAME."),
        (("retire", "7"), "There is no secret 7"),
    ):
        outcome = run("webhook", "secret", *args)
        assert (outcome.code, outcome.out) == (2, "")
        assert outcome.err.startswith(said)


async def test_it_can_be_set_at_github(github: GitHubSandbox, run: Run) -> None:
    settings = KEYS | {"GITHUB_API_URL": github.url, "GITHUB_TOKEN": github.token}
    made = await asyncio.to_thread(run, "webhook", "secret", "create", "--repo", "acme/shop", **settings)
    address = made.out.splitlines()[1].removeprefix("Address of its hook: ")
    rotate = ("webhook", "secret", "rotate", "--repo", "acme/shop", "--push")
    unknown = await asyncio.to_thread(run, *rotate, **settings)
    assert unknown.err.startswith("No event has come from acme/shop yet")
    await know(GitHubRepository(github_id=github.repository("acme/shop").id, full_name="acme/shop", host="github.com"))
    none = await asyncio.to_thread(run, *rotate, **settings)
    assert none.err.startswith("acme/shop has 0 hooks that deliver to …")
    hook = github.add_hook("acme/shop", f"http://127.0.0.1:9{address}", secret="old")
    done = await asyncio.to_thread(run, *rotate, **settings)
    assert done.out.splitlines()[2] == f"Hook {hook.id} at GitHub signs with it from now on."
    assert hook.secret == shown(done.out)


async def know(told: GitHubRepository) -> None:
    async with open_database(DATABASE) as db, db.write() as tx:
        row = Repository(workspace_id=await workspace.current(tx), created_at=LONG_AGO, **vars(told))
        tx.add(row)
