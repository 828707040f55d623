"""Nothing is asked for that the asker's own words, or a default, say already."""

from dataclasses import replace

import pytest
from pydantic import SecretStr

from agent.desk import Desk
from agent.questions.slots import PLAINLY, SLOTS, Said, known
from agent.turns.grounds import Words
from storage.repositories import Repository
from tests.agent.conftest import NOW


@pytest.mark.parametrize(
    ("slot", "text", "ticket", "found"),
    [
        ("title", "could you open one?", "", ""),
        ("title", "checkout forgets the basket on mobile", "", "make a title of its words"),
        ("person", "give it to somebody", "", ""),
        ("person", "give it to <@U2>, please", "", "<@U2>"),
        ("person", "<@U2> or <@U3>?", "", ""),
        ("time", "remind me of the invoices", "", ""),
        ("time", "remind me of the invoices tomorrow at 10", "", "tomorrow at 10"),
        ("time", "remind me of the invoices on monday or tuesday", "", ""),
        ("time", "remind me on 2020-01-02 09:00", "", ""),
        ("which", "close it", "", ""),
        ("which", "close ch-4", "", "CH-4"),
        ("which", "close CH-4 or CH-5", "", ""),
        ("which", "close it", "CH-7", "CH-7"),
        ("repository", "open an issue", "", ""),
        ("repository", "open an issue in acme/site", "", "names acme/site"),
        ("repository", "open an issue, repo=site", "", "names acme/site"),
        ("repository", "acme/site or acme/shop?", "", ""),
        ("repository", "open an issue in acme/site-old", "", ""),
    ],
)
async def test_what_is_known_of_a_slot(desk: Desk, slot: str, text: str, ticket: str, found: str) -> None:
    for number, name in enumerate(("shop", "site"), 1):
        values = {"github_id": number, "host": "github.com", "full_name": f"acme/{name}", "created_at": NOW}
        desk.tx.add(Repository(workspace_id="T1", **values))
    await desk.tx.flush()
    able = replace(desk, settings=desk.settings.model_copy(update={"github_token": SecretStr("x")}))
    said = Said(desk=able, words=Words(texts=(text,), asker="UANN", ticket=ticket))
    told = await known(said, slot)
    assert (found in told) if found else told == ""


def test_each_slot_can_be_asked_for_plainly() -> None:
    assert set(PLAINLY) == set(SLOTS)
