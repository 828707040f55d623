"""The App signs itself in with its key, and its tokens open what the installation was given."""

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from githubkit import AppAuthStrategy, GitHub

from bot.sandbox.github import GitHubSandbox
from tests.bot.sandbox.github.client import Reply, app_jwt, client
from tests.bot.sandbox.slack_app import Clock

SHOP = "/repos/acme/shop"


async def _minted(github: GitHubSandbox, at: float, body: object = None) -> Reply:
    async with client(github, app_jwt(github, now=at)) as call:
        return await call("POST", f"/app/installations/{github.installation.id}/access_tokens", body)


def _another_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, form, plain).decode()


async def test_a_real_client_signs_in_and_comments() -> None:
    async with GitHubSandbox.start() as github:
        github.open_issue("bob", "acme/shop", title="Redis")
        auth = AppAuthStrategy(str(github.app_id), github.private_key).as_installation(github.installation.id)
        async with GitHub(auth, base_url=github.url, auto_retry=False, http_cache=False) as api:
            answer = await api.rest.issues.async_create_comment("acme", "shop", 1, body="Tracked as CH-1")
        assert answer.json()["user"]["login"] == "chargehand[bot]"
        assert answer.json()["performed_via_github_app"]["slug"] == "chargehand"


async def test_a_token_lasts_an_hour(github: GitHubSandbox, clock: Clock) -> None:
    minted = await _minted(github, clock())
    assert (minted.status, minted.body["expires_at"]) == (201, "2027-01-15T09:00:00Z")
    async with client(github, minted.body["token"]) as call:
        assert (await call("GET", SHOP)).status == 200
        clock.advance(3600)
        assert (await call("GET", SHOP)).status == 401


async def test_a_revoked_token_is_refused(github: GitHubSandbox, clock: Clock) -> None:
    minted = await _minted(github, clock())
    github.revoke_tokens()
    async with client(github, minted.body["token"]) as call:
        assert (await call("GET", SHOP)).body["message"] == "Bad credentials"


async def test_only_the_app_s_own_key_and_a_fresh_claim_sign_in(github: GitHubSandbox, clock: Clock) -> None:
    now = clock()
    tokens = (
        app_jwt(github, now=now, key=_another_key()),
        app_jwt(github, now=now - 3600),
        app_jwt(github, now=now + 3600),
        app_jwt(github, now=now, lasts=3600),
        "not.a.token",
    )
    for token in tokens:
        async with client(github, token) as call:
            assert (await call("GET", "/app")).status == 401
    async with client(github, app_jwt(github, now=now)) as call:
        assert (await call("GET", "/app")).body["slug"] == "chargehand"


async def test_an_installation_opens_what_it_was_given(github: GitHubSandbox, clock: Clock) -> None:
    minted = await _minted(github, clock())
    async with client(github, minted.body["token"]) as call:
        assert (await call("GET", "/repos/acme/vault")).status == 404
        names = [one["full_name"] for one in (await call("GET", "/installation/repositories")).body["repositories"]]
        assert names == ["acme/shop", "acme/payments", "acme/site"]
        github.installation.permissions.pop("issues")
        refused = await call("POST", f"{SHOP}/issues", {"title": "x"})
        assert (refused.status, refused.body["message"]) == (403, "Resource not accessible by integration")
        assert refused.headers["x-accepted-github-permissions"] == "issues=write"
        github.suspend_app("alice")
        assert (await call("GET", SHOP)).status == 403


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        ({"repositories": ["shop"]}, 201),
        ({"repositories": ["vault"]}, 422),
        ({"permissions": {"issues": "read"}}, 201),
        ({"permissions": {"actions": "write"}}, 422),
    ],
)
async def test_a_token_may_be_for_less_but_not_for_more(
    github: GitHubSandbox, clock: Clock, wanted: dict[str, object], status: int
) -> None:
    minted = await _minted(github, clock(), wanted)
    assert minted.status == status
    if status == 201:
        async with client(github, minted.body["token"]) as call:
            assert (await call("GET", f"{SHOP}/issues")).status == 200
            assert (await call("GET", "/repos/acme/payments")).status == (404 if "repositories" in wanted else 200)
            written = (await call("POST", f"{SHOP}/issues", {"title": "x"})).status
            assert written == (201 if "repositories" in wanted else 403)
