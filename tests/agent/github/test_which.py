"""Which repository is meant: named, the thread's, the channel's, the only one; none of a room for others."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from pydantic import SecretStr

from agent.desk import Desk
from agent.github.which import HERE, Asked, named_in, repository_for
from agent.people import preferences
from agent.people.settable import PERSON
from bot.errors import Undecided, UserError
from storage import people, repositories
from storage.issues import Issue
from storage.repositories import Repository
from tests.agent.conftest import NOW, MakeTicket

SECRET = "C9"  # a private channel


@pytest.fixture
def able(desk: Desk) -> Desk:
    """A desk that may ask GitHub."""
    return replace(desk, settings=desk.settings.model_copy(update={"github_token": SecretStr("x")}))


async def connect(desk: Desk, **homes: str | None) -> None:
    """Repositories of acme by name, each with its channel."""
    for number, (name, channel_id) in enumerate(homes.items(), 1):
        values = {"github_id": number, "host": "github.com", "full_name": f"acme/{name}", "channel_id": channel_id}
        desk.tx.add(Repository(workspace_id="T1", created_at=NOW, **values))
    await desk.tx.flush()


@pytest.mark.parametrize(
    ("homes", "said", "found"),
    [
        ({"shop": None, "site": None}, "acme/shop", "acme/shop"),
        ({"shop": None, "site": None}, "SITE", "acme/site"),
        ({"shop": None, "site": "C1"}, HERE, "acme/site"),
        ({"shop": "C2"}, HERE, "acme/shop"),
        ({"shop": None, "vault": SECRET}, HERE, "acme/shop"),
    ],
    ids=["named", "by its short name", "the channel's", "the only one", "the only one that all may see"],
)
async def test_it_is_found(able: Desk, homes: Mapping[str, str | None], said: str, found: str) -> None:
    desk = replace(able, insiders={SECRET: frozenset({"UANN"})}, is_read_along=True, surface="agent")
    await connect(desk, **homes)
    which = await repository_for(desk, said, ticket_id=None)
    assert (which.row.full_name, bool(which.why)) == (found, said == HERE)


@pytest.mark.parametrize(
    ("homes", "said", "told"),
    [
        ({}, HERE, "No repository is connected here: an admin writes `repo connect OWNER/NAME`."),
        (
            {"shop": None, "site": None},
            HERE,
            "Which repository? There are: acme/shop, acme/site. Name it as OWNER/NAME.",
        ),
        (
            {"shop": None, "vault": SECRET},
            "acme/vault",
            "There is no repository “acme/vault” that everybody here may see. Which repository? There are: acme/shop."
            " Name it as OWNER/NAME.",
        ),
    ],
    ids=["none", "several", "in a private channel"],
)
async def test_else_those_there_are_are_named(
    able: Desk, homes: Mapping[str, str | None], said: str, told: str
) -> None:
    desk = replace(able, insiders={SECRET: frozenset({"UANN"})}, is_read_along=True)
    await connect(desk, **homes)
    with pytest.raises(UserError) as refused:
        await repository_for(desk, said, ticket_id=None)
    assert str(refused.value) == told


@pytest.mark.parametrize(("members", "sees"), [({"UANN"}, True), (set(), False)])
async def test_alone_one_is_told_of_ones_own_rooms(able: Desk, members: set[str], sees: bool) -> None:
    desk = replace(able, insiders={SECRET: frozenset(members)})
    await connect(desk, vault=SECRET, shop=None)
    if sees:
        assert (await repository_for(desk, "vault", ticket_id=None)).row.full_name == "acme/vault"
        return
    with pytest.raises(UserError):
        await repository_for(desk, "vault", ticket_id=None)


async def test_the_thread_counts_more_than_the_channel(able: Desk, make_ticket: MakeTicket) -> None:
    await connect(able, shop=None, site="C1")
    ticket = await make_ticket()
    names = {"repository_id": 1, "number": 7, "title": "x", "body": "", "state": "open", "url": "u"}
    able.tx.add(Issue(workspace_id="T1", ticket_id=ticket.id, **names))
    await able.tx.flush()
    which = await repository_for(able, HERE, ticket_id=ticket.id)
    assert (which.row.full_name, which.issue, which.why) == ("acme/shop", 7, "The thread is about acme/shop#7.")


async def test_ones_own_counts_where_the_place_has_none(able: Desk, make_ticket: MakeTicket) -> None:
    """After the channel's, before the only one; one that is not connected, or not for all who read, counts for none."""
    able = replace(able, insiders={SECRET: frozenset()})
    await connect(able, shop=None, site=None, vault=SECRET)
    person, own = await people.get(able.tx, able.asker.person_id), preferences.named("repository", PERSON)
    for said, found in (("ACME/site", "acme/site"), ("acme/gone", None), ("acme/vault", None)):
        await preferences.keep(able, person, own, said)
        if found:
            which = await repository_for(able, HERE, ticket_id=None)
            assert (which.row.full_name, which.why) == (found, "acme/site is your own default.")
            continue
        with pytest.raises(Undecided) as asked:
            await repository_for(able, HERE, ticket_id=None)
        assert asked.value.slot == "repository"
        assert asked.value.choices == (("acme/shop", "acme/shop"), ("acme/site", "acme/site"))
    with pytest.raises(UserError, match="is no value of `repository`: write OWNER/NAME"):
        await preferences.keep(able, person, own, "shop")


async def test_the_channels_counts_more_than_ones_own(able: Desk) -> None:
    await connect(able, shop=None, site="C1")
    person = await people.get(able.tx, able.asker.person_id)
    await preferences.keep(able, person, preferences.named("repository", PERSON), "acme/shop")
    assert (await repository_for(able, HERE, ticket_id=None)).row.full_name == "acme/site"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("in acme/shop please", ["acme/shop"]),
        ("in acme/shop.", ["acme/shop"]),
        ("repo=shop", ["acme/shop"]),
        ("repo: site", ["acme/site"]),
        ("the shop is down", []),
        ("acme/shop-old, notacme/shop, acme/shop/pulls", []),
        ("acme/shop or acme/site", ["acme/shop", "acme/site"]),
    ],
)
async def test_a_repository_is_named_by_whole_words(able: Desk, text: str, found: list[str]) -> None:
    await connect(able, shop=None, site=None)
    assert [row.full_name for row in named_in(await repositories.connected(able.tx), [text])] == found


@pytest.mark.parametrize(
    ("said", "number", "words", "found"),
    [
        (HERE, None, "open an issue in acme/web", "acme/web"),
        (HERE, 12, "please close acme/web#12", "acme/web"),
        (HERE, 12, "please close <https://github.com/acme/web/pull/12|that>", "acme/web"),
        (HERE, 12, "please close #12 in repo=web", "acme/web"),
        (HERE, 12, "close #12, as was done with acme/web#13", "acme/shop"),
        (HERE, None, "open an issue like acme/web#13", "acme/web"),
        (HERE, None, "as in acme/web and acme/site", "acme/shop"),
        (HERE, None, "> in acme/web\nsee there", "acme/shop"),
        ("web", None, "open an issue, repo=web", "acme/web"),
        ("web", None, "the web is down", None),
        ("shop", None, "the shop is down", "acme/shop"),
        ("acme/web", None, "the web is down", "acme/web"),
    ],
)
async def test_what_a_model_says_is_held_against_the_words(
    able: Desk, said: str, number: int | None, words: str, found: str | None
) -> None:
    """The channel's is acme/shop; a full name that nobody said is marked where it counts (tests of grounds)."""
    await connect(able, shop="C1", web=None, site=None)
    asked = Asked(texts=[words], number=number)
    if found is None:
        with pytest.raises(Undecided, match="Which repository"):
            await repository_for(able, said, ticket_id=None, asked=asked)
        return
    which = await repository_for(able, said, ticket_id=None, asked=asked)
    reasons = {"acme/shop": "acme/shop is this channel's.", "acme/web": "The request names acme/web."}
    assert (which.row.full_name, which.why) == (found, "" if said == "acme/web" else reasons[found])


async def test_without_a_key_it_says_which_setting_is_missing(desk: Desk) -> None:
    with pytest.raises(UserError, match="set GITHUB_APP_ID and GITHUB_PRIVATE_KEY, or GITHUB_TOKEN"):
        await repository_for(desk, HERE, ticket_id=None)
