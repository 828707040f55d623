"""A hook's own secret speaks for its repository alone, and is changed without a refused delivery."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlmodel import select

from agent.desk import Desk
from agent.github.repositories import seen
from agent.github.webhook_secrets import Issued, create, listing, repository_of, retire, rotate
from bot.errors import UserError
from bot.events import GitHubRepository
from bot.redact import redact
from bot.settings import Settings
from storage.audit import AuditEvent
from storage.inbox import Delivery
from storage.webhook_secrets import WebhookSecret
from tests.handlers.github.conftest import ISSUE, Street, sign, street_with

KEY, NEWER = (Fernet.generate_key().decode() for _ in range(2))
OTHER = ISSUE | {"repository": {"id": 2, "full_name": "acme/other", "owner": {"login": "acme"}}}


@pytest.fixture
async def keyed(tmp_path: Path) -> AsyncIterator[Street]:
    async with street_with(tmp_path, secret_keys=KEY) as opened:
        yield opened


@asynccontextmanager
async def operator(street: Street, *keys: str) -> AsyncIterator[Desk]:
    settings = Settings(_env_file=None, secret_keys=",".join(keys) or KEY)  # type: ignore[call-arg]
    async with street.db.write() as tx:
        yield Desk(
            tx=tx, now=street.now, settings=settings, workspace_id="T1", surface="cli", correlation_id="c", key="cli"
        )


async def made(street: Street, scope: str = "repo:acme/shop", **options: Any) -> Issued:
    async with operator(street) as desk:
        return await create(desk, scope, **options)


async def deliver(street: Street, secret: str, payload: Any = ISSUE, **headers: Any) -> int:
    body = json.dumps(payload).encode()
    return (await street.send(body=body, X_Hub_Signature_256=sign(body, secret), **headers)).status


async def test_it_proves_its_repository_by_address_by_hook_id_and_by_trial(keyed: Street) -> None:
    issued = await made(keyed, hook_id=55)
    key = issued.record.hook_key
    assert await deliver(keyed, issued.secret, path=f"/{key}") == 202
    assert await deliver(keyed, issued.secret, X_GitHub_Hook_ID="55") == 202
    assert await deliver(keyed, issued.secret) == 202
    assert await deliver(keyed, "a secret of thirty-two characters", path=f"/{key}") == 401  # not the global one here
    assert await deliver(keyed, issued.secret, path="/nobody") == 401
    assert {delivery.secret_id for delivery in await keyed.rows(select(Delivery))} == {issued.record.id}


async def test_it_does_not_prove_another_repository(keyed: Street) -> None:
    issued = await made(keyed)
    answer = await keyed.send(OTHER, X_Hub_Signature_256=sign(json.dumps(OTHER).encode(), issued.secret))
    assert (answer.status, answer.code) == (401, "scope")
    [made_, refused] = await keyed.rows(select(AuditEvent))
    assert (made_.action, refused.action) == ("create", "scope refused")
    assert refused.after == {"repository": "acme/other"}
    assert refused.correlation_id == answer.said["error"]["correlation_id"]


VICTIM = {"id": 77, "full_name": "victim/secret"}


FORGED = (
    ("installation_repositories", {"action": "removed", "repositories_removed": [VICTIM]}),
    ("installation", {"action": "suspend"}),
    ("issues", {"installation": {"id": 1}}),
    ("issues", {"installation": {"id": []}}),
    ("issues", {"repository": {"id": 1, "full_name": "Victim/Secret"}}),
    ("issues", {"repository": {"id": 77, "full_name": "acme/shop"}}),
    ("issues", {"repository": {"id": 1}}),
    ("issues", {"repository": {"full_name": "acme/shop"}}),
)


@pytest.mark.parametrize(
    ("scope", "is_known"), [("repo:acme/shop", True), ("repo:acme/shop", False), ("org:acme", True)]
)
async def test_it_speaks_of_nothing_else_whatever_the_payload_says(
    keyed: Street, scope: str, *, is_known: bool
) -> None:
    async with operator(keyed) as desk:
        await seen(desk, GitHubRepository(github_id=77, full_name="victim/secret", host="github.com"))
        if is_known:
            await seen(desk, GitHubRepository(github_id=1, full_name="acme/shop", host="github.com"))
    issued = await made(keyed, scope)
    assert await deliver(keyed, issued.secret) == 202
    for event, payload in FORGED:
        body = json.dumps(ISSUE | payload).encode()
        answer = await keyed.send(body=body, event=event, X_Hub_Signature_256=sign(body, issued.secret))
        assert (answer.status, answer.code) == (401, "scope"), (event, payload)


async def test_case_makes_no_other_repository(keyed: Street) -> None:
    async with operator(keyed) as desk:
        await seen(desk, GitHubRepository(github_id=1, full_name="Acme/Shop", host="github.com"))
    issued = await made(keyed, "repo:acme/SHOP")
    assert issued.record.github_id == 1
    async with operator(keyed) as desk:
        rotated = await rotate(desk, "repo:Acme/Shop")
        assert (await repository_of(desk, rotated)).full_name == "Acme/Shop"
    org = await made(keyed, "org:acme")
    with pytest.raises(UserError, match="--push is for hooks of repositories"):
        async with operator(keyed) as desk:
            await repository_of(desk, org)


async def test_an_organisations_proves_all_of_its_repositories(keyed: Street) -> None:
    issued = await made(keyed, "org:Acme")
    assert [await deliver(keyed, issued.secret, payload) for payload in (ISSUE, OTHER)] == [202, 202]
    stranger = ISSUE | {"repository": {"id": 3, "full_name": "evil/shop", "owner": {"login": "evil"}}}
    forged = stranger | {"organization": {"login": "acme"}}
    assert [await deliver(keyed, issued.secret, payload) for payload in (stranger, forged, {})] == [401, 401, 401]


async def test_it_follows_its_repository_through_a_rename(keyed: Street) -> None:
    issued = await made(keyed)
    async with operator(keyed) as desk:
        await seen(desk, GitHubRepository(github_id=1, full_name="acme/shop", host="github.com"))
    keyed.pass_time(5)
    renamed = ISSUE | {"repository": {"id": 1, "full_name": "acme/store"}}
    squatter = ISSUE | {"repository": {"id": 9, "full_name": "acme/shop"}}
    assert [await deliver(keyed, issued.secret, payload) for payload in (renamed, squatter)] == [202, 401]


async def test_both_count_while_it_is_rotated_and_the_list_shows_which_is_used(keyed: Street) -> None:
    old = await made(keyed)
    assert await deliver(keyed, old.secret) == 202
    async with operator(keyed) as desk:
        new = await rotate(desk, "repo:acme/shop", grace=timedelta(hours=24))
    keyed.pass_time(5)
    assert [await deliver(keyed, one.secret) for one in (old, new)] == [202, 202]
    assert new.record.hook_key == old.record.hook_key
    first_use = keyed.now
    keyed.pass_time(23 * 3600)
    assert [await deliver(keyed, one.secret) for one in (old, new)] == [202, 202]
    keyed.pass_time(3600)
    assert [await deliver(keyed, one.secret) for one in (old, new)] == [401, 202]
    async with operator(keyed) as desk:
        shown = await listing(desk)
    assert [(one.state, one.last_use) for one in shown] == [
        ("valid", keyed.now),
        ("ended", first_use + timedelta(hours=23)),
    ]


async def test_a_new_one_counts_in_the_moment_in_which_it_is_made(keyed: Street) -> None:
    old = await made(keyed, hook_id=55)
    assert await deliver(keyed, old.secret, X_GitHub_Hook_ID="55") == 202
    async with operator(keyed) as desk:
        new = await rotate(desk, "repo:acme/shop")
    assert await deliver(keyed, new.secret, X_GitHub_Hook_ID="55") == 202
    assert await deliver(keyed, "a secret that nobody made") == 401


async def test_another_process_follows_a_rotation(tmp_path: Path) -> None:
    async with street_with(tmp_path, secret_keys=KEY) as here, street_with(tmp_path, secret_keys=KEY) as there:
        old = await made(here)
        assert [await deliver(each, old.secret) for each in (here, there)] == [202, 202]
        async with operator(here) as desk:
            new = await rotate(desk, "repo:acme/shop", grace=timedelta(hours=24))
        assert await deliver(there, new.secret) == 202
        async with operator(here) as desk:
            await retire(desk, old.record.id)
        there.pass_time(5)
        assert [await deliver(there, one.secret) for one in (old, new)] == [401, 202]


async def test_retiring_ends_it_early(keyed: Street) -> None:
    issued = await made(keyed)
    async with operator(keyed) as desk:
        await retire(desk, issued.record.id)
    keyed.pass_time(5)
    assert await deliver(keyed, issued.secret) == 401


async def test_its_value_is_kept_nowhere_in_the_open(keyed: Street) -> None:
    issued = await made(keyed)
    rows: Sequence[Any] = [*await keyed.rows(select(WebhookSecret)), *await keyed.rows(select(AuditEvent))]
    assert not any(issued.secret in repr(row) for row in rows)


async def test_no_log_line_shows_it(keyed: Street) -> None:
    issued = await made(keyed)
    assert await deliver(keyed, issued.secret) == 202
    assert issued.secret not in redact(f"what was sent: {issued.secret}.")


async def test_an_older_key_still_opens_and_a_lost_one_does_not(tmp_path: Path) -> None:
    async with street_with(tmp_path, secret_keys=f"{NEWER},{KEY}") as street:
        issued = await made(street)
        assert await deliver(street, issued.secret) == 202
    async with street_with(tmp_path, secret_keys=NEWER) as street:
        assert await deliver(street, issued.secret) == 401


async def test_refusals_say_what_to_do(keyed: Street) -> None:
    await made(keyed)
    with pytest.raises(UserError, match="`webhook secret rotate`"):
        await made(keyed)
    with pytest.raises(UserError, match="`webhook secret create`"):
        async with operator(keyed) as desk:
            await rotate(desk, "repo:acme/other")
    with pytest.raises(UserError, match="--repo OWNER/NAME"):
        await made(keyed, "repo:acme")
    with pytest.raises(UserError, match="`webhook secret list`"):
        async with operator(keyed) as desk:
            await retire(desk, 99)


async def test_without_keys_no_secret_is_kept(street: Street) -> None:
    settings = Settings(_env_file=None)  # type: ignore[call-arg]
    async with street.db.write() as tx:
        desk = Desk(
            tx=tx, now=street.now, settings=settings, workspace_id="T1", surface="cli", correlation_id="c", key="cli"
        )
        with pytest.raises(UserError, match="CHARGEHAND_SECRET_KEYS is not set"):
            await create(desk, "repo:acme/shop")
