"""What an answer names becomes a link only where its turn has read of it, and everybody may know who reads along."""

from dataclasses import replace

import pytest

from agent.desk import Desk
from agent.turns.linked import addresses_in
from storage.pulls import Pull
from storage.repositories import Repository
from storage.thread_links import ThreadLink
from storage.turns import ToolCall, Turn
from tests.agent.conftest import MakeTicket

SHOP, SITE, EVIL = (f"https://github.com/{name}/pull/88" for name in ("acme/shop", "acme/site", "evil/shop"))


@pytest.fixture
async def turn(desk: Desk) -> Turn:
    """In a thread that is about a pull request; one repository belongs to a private channel."""
    shop, vault = (
        Repository(workspace_id="T1", github_id=at, host="github.com", full_name=name, created_at=desk.now, **more)
        for at, name, more in ((1, "acme/shop", {}), (2, "acme/vault", {"channel_id": "CPRIVATE"}))
    )
    desk.tx.add_all([shop, vault])
    await desk.tx.flush()
    facts = {
        "head_sha": "a" * 40,
        "head_ref": "fix",
        "base_ref": "main",
        "title": "Fix",
        "state": "open",
        "is_draft": False,
    }
    url = "https://github.com/acme/shop/pull/9"
    pull = Pull(workspace_id="T1", repository_id=shop.id, number=9, url=url, **facts)
    desk.tx.add(pull)
    await desk.tx.flush()
    desk.tx.add(ThreadLink(workspace_id="T1", channel_id="C1", thread_ts="10.1", pull_id=pull.id))
    place = {"channel_id": "C1", "thread_ts": "10.1", "place": {}, "text": "?", "surface": "mention"}
    made = {"key": "t", "actor_id": desk.asker.person_id, "slack_id": "UANN", "created_at": desk.now}
    one = Turn(workspace_id="T1", number=1, **place, **made)
    desk.tx.add(one)
    await desk.tx.flush()
    return one


@pytest.fixture
def reader(desk: Desk) -> Desk:
    """Ann, who is in the private channel, where others read along."""
    return replace(desk, is_read_along=True, insiders={"CPRIVATE": frozenset({"UANN"})})


def found(*results: str) -> list[ToolCall]:
    return [ToolCall(tool="get_pull", result=one) for one in results]


@pytest.mark.parametrize(
    ("text", "results", "linked"),
    [
        ("acme/shop#88 and #88", [f"#88 open {SHOP}"], {"acme/shop#88": SHOP, "#88": SHOP}),
        ("#88", [], {}),
        ("#88", [f"{SHOP} {EVIL}"], {"#88": SHOP}),
        ("#9 and GH-9", [], {"#9": "https://github.com/acme/shop/pull/9"}),
        ("acme/vault#3", ["https://github.com/acme/vault/issues/3"], {}),
        ("evil/shop#88", [EVIL], {}),
        ("https://github.com/acme/shop/pull/88", [SHOP], {}),
    ],
    ids=["read", "not read", "another's is none", "of the thread", "of a private channel", "unknown", "an address"],
)
async def test_what_was_read_on_github_has_its_address(
    reader: Desk, turn: Turn, text: str, results: list[str], linked: dict[str, str]
) -> None:
    assert await addresses_in(reader, turn, [text], found(*results)) == linked


async def test_a_number_that_two_repositories_have_is_no_link(reader: Desk, turn: Turn) -> None:
    site = Repository(workspace_id="T1", github_id=3, host="github.com", full_name="acme/site", created_at=reader.now)
    reader.tx.add(site)
    await reader.tx.flush()
    read = found(SHOP, SITE)
    assert await addresses_in(reader, turn, ["#88 acme/site#88"], read) == {"acme/site#88": SITE}


async def test_a_ticket_is_a_link_where_it_may_be_seen(reader: Desk, turn: Turn, make_ticket: MakeTicket) -> None:
    await make_ticket(permalink="https://acme.slack.com/1")
    await make_ticket(permalink="https://acme.slack.com/2", channel_id="CPRIVATE", is_private=True)
    named = ["CH-1, CH-2 and CH-99"]
    assert await addresses_in(reader, turn, named, []) == {"ch-1": "https://acme.slack.com/1"}
    assert reader.place
    there = replace(reader, place=replace(reader.place, channel_id="CPRIVATE"))
    assert (await addresses_in(there, turn, named, []))["ch-2"] == "https://acme.slack.com/2"
