"""Who writes on GitHub through Chargehand may write there themselves, and is known there."""

import pytest

from agent.desk import Desk as AgentDesk
from agent.github.failing import words_of
from agent.github.repositories import as_told
from agent.github.rights import linked_login, may_write
from bot.errors import Refused, UserError
from bot.events import GitHubRepository
from bot.github.failures import CallFailed
from bot.github.rights import permission
from bot.sandbox.github import Fault, GitHubSandbox
from storage.identities import CLAIMED, GUESSED, VERIFIED, Identity, State
from tests.agent.conftest import NOW
from tests.agent.github.conftest import SHOP, Desk, row_of

ASK = f"GET /repos/{SHOP}/collaborators/*"


@pytest.mark.parametrize(
    ("login", "held"), [("dave", "triage"), ("bob", "write"), ("alice", "admin"), ("erin", "maintain")]
)
async def test_who_may_arrange_issues_may_write(work: Desk, login: str, held: str) -> None:
    assert await may_write(work.github, work.shop, login) == held


@pytest.mark.parametrize(
    ("login", "why"),
    [
        ("frank", "frank may only read in acme/shop on GitHub: its admins can give triage or write."),
        ("mallory", "mallory has no access to acme/shop on GitHub: its admins can give triage or write."),
        ("nobody-1", "nobody-1 has no access to acme/shop on GitHub: its admins can give triage or write."),
    ],
)
async def test_who_may_not_is_told_who_can_change_that(work: Desk, login: str, why: str) -> None:
    with pytest.raises(Refused) as refused:
        await may_write(work.github, work.shop, login)
    assert str(refused.value) == why


async def test_github_is_asked_again_after_five_minutes(work: Desk, github: GitHubSandbox) -> None:
    times = iter([100.0, 399.0, 401.0, 401.0])

    async def held(repository: GitHubRepository) -> str:
        return await permission(work.github.for_a_person(), repository, "bob", clock=lambda: next(times))

    assert await held(work.shop) == "write"
    github.repository(SHOP).roles["bob"] = "read"
    assert await held(work.shop) == "write"
    assert await held(work.shop) == "read"
    assert await held(as_told(row_of(github, "acme/payments"))) == "write"
    assert len([one for one in github.calls() if "collaborators" in one.path]) == 3


async def test_no_answer_is_no_right(work: Desk, github: GitHubSandbox) -> None:
    github.fail(Fault(status=502, call=ASK))
    with pytest.raises(UserError, match="cannot be reached"):
        await may_write(work.github, work.shop, "bob")
    assert await may_write(work.github, work.shop, "bob") == "write"  # a failure is not remembered


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (None, "I do not know who you are on GitHub: `link github LOGIN` says it."),
        (GUESSED, "I do not know who you are on GitHub: `link github LOGIN` says it."),
        (CLAIMED, "It is not proven yet that you are octocat on GitHub: `link github octocat`"),
        (VERIFIED, ""),
    ],
)
async def test_only_a_proven_login_counts(desk: AgentDesk, state: State | None, told: str) -> None:
    assert desk.actor
    if state:
        names = {"value": "octocat", "shown": "octocat", "state": state, "source": "person", "at": NOW}
        desk.tx.add(Identity(workspace_id="T1", person_id=desk.actor.person_id, **names))
        await desk.tx.flush()
    if state == VERIFIED:
        assert await linked_login(desk.tx, desk.actor.person_id) == "octocat"
        return
    with pytest.raises(Refused) as refused:
        await linked_login(desk.tx, desk.actor.person_id)
    assert str(refused.value).startswith(told)


@pytest.mark.parametrize(
    ("failed", "told"),
    [
        (CallFailed("rate limit", retry_after=90.0), "GitHub asks for patience: try again in 1 min."),
        (CallFailed("no connection", retry_after=10.0), "GitHub cannot be reached at the moment"),
    ],
)
def test_a_failure_says_what_helps(failed: CallFailed, told: str) -> None:
    assert words_of(failed, SHOP).startswith(told)


def test_a_lost_answer_to_a_question_changed_nothing() -> None:
    assert (
        words_of(CallFailed("http_502", is_uncertain=True), SHOP)
        == "GitHub cannot be reached at the moment: try again in a minute."
    )


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("404: Not Found", "GitHub shows no such thing in acme/shop"),
        ("401: Bad credentials", "GitHub does not take our key for acme/shop"),
        ("410: gone", "It is deleted in acme/shop"),
        (
            "403: Resource not accessible",
            "GitHub does not let Chargehand do that in acme/shop (Resource",
        ),
        ("451: blocked", "GitHub did not do it in acme/shop: blocked"),
        ("422: {}", "GitHub refused it in acme/shop: "),
        ("422: [1]", "GitHub refused it in acme/shop: [1]"),
        ('422: {"message": "x", "errors": ["y"]}', "GitHub refused it in acme/shop: x; y"),
        ('422: {"message": "x", "errors": [{"field": "title"}]}', "GitHub refused it in acme/shop: x; title"),
    ],
)
def test_a_refusal_is_told_in_github_s_words(said: str, told: str) -> None:
    assert words_of(CallFailed(f"http_{said}", is_final=True), SHOP).startswith(told)
