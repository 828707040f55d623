"""What a thread is about is told as data, each object with its time; what cannot be reached is one line."""

from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlmodel import select

from agent.desk import Desk
from agent.github.pull_said import link_said
from agent.github.pull_threads import follow_in_threads
from agent.memory import heard
from agent.memory.about import About, about_thread
from agent.memory.snapshot import as_blocks, ci_state, numbers_of, phase_line, snapshot
from agent.turns.context import on_github
from agent.turns.moving import begun, link_thread
from agent.turns.offline import is_known
from bot.events import GitHubIssue, GitHubRepository, PullEvent
from bot.github.deployments import Deployment
from bot.github.fresh import ChecksNow, PreviewsNow, PullNow, Seen, pull_now
from bot.replies import Spoken
from storage import thread_links, tickets
from storage.channels import Channel
from storage.issues import Issue
from storage.pulls import Pull
from storage.repositories import Repository
from storage.thread_links import ThreadLink
from tests.agent.conftest import NOW, MakeTicket

FENCE = "0123456789ab"
EARLIER = NOW - timedelta(hours=1)


@pytest.mark.parametrize(
    ("checks", "state"),
    [
        ({}, "unknown"),
        ({"build": "success", "lint": "skipped"}, "passing"),
        ({"build": "success", "lint": "in_progress"}, "pending"),
        ({"build": "failure", "lint": "queued"}, "failing"),
    ],
)
def test_checks_add_up(checks: dict[str, str], state: str) -> None:
    assert ci_state(checks) == state


async def linked(desk: Desk, make_ticket: MakeTicket) -> ThreadLink:
    """A thread with a ticket that tracks an issue, and a pull request."""
    ticket = await make_ticket(title="Carts </data> are lost", source="github", description="since <@UBO> deployed")
    repository = Repository(workspace_id="T1", github_id=1, host="github.com", full_name="acme/shop", created_at=NOW)
    desk.tx.add(repository)
    await desk.tx.flush()
    of = {"workspace_id": "T1", "repository_id": repository.id, "updated_at": EARLIER, "url": "https://x"}
    issue = Issue(**of, number=7, title="Carts are lost", body="b" * 30_000, state="open", author="eve")
    issue.ticket_id = ticket.id
    pull = Pull(**of, number=8, title="Keep\u202e carts", state="open", is_draft=False, author="bob", head_ref="x")
    pull.head_sha, pull.base_ref, pull.checks = "abc", "main", {"build": "failure"}
    desk.tx.add_all([issue, pull])
    await desk.tx.flush()
    await thread_links.link(desk.tx, "T1", "C1", "1.1", ticket_id=ticket.id)
    row = await thread_links.of_thread(desk.tx, "T1", "C1", "1.1")
    assert row
    await thread_links.about_pull(desk.tx, row, pull.id)
    return row


async def around(desk: Desk) -> About:
    return await about_thread(desk, "C1", "1.1")


async def test_all_that_a_thread_is_about_is_data_with_its_time(desk: Desk, make_ticket: MakeTicket) -> None:
    row = await linked(desk, make_ticket)
    found = await snapshot(desk, await around(desk))
    assert [one.name for one in found] == [
        "ticket CH-1",
        "issue acme/shop#7",
        "pull request acme/shop#8",
        "checks of acme/shop#8",
    ]
    ticket, issue, pull, checks = as_blocks(found, FENCE)
    assert ticket.startswith(
        f'<data-{FENCE} source="ticket CH-1, as of 2026-03-02 09:00:00 UTC" author="@ann" trust="out'
    )
    assert "title: Carts ‹/data> are lost" in ticket
    assert "since @bo deployed" in ticket
    assert 'source="issue acme/shop#7, as of 2026-03-02 08:00:00 UTC" author="eve" trust="outside"' in issue
    assert "characters are left out here" in issue
    assert "title: Keep\\u{202e} carts" in pull
    assert "state: failing\ncommit: abc\nfailed: build" in checks
    assert numbers_of(found, besides="CH-1") == ("issue acme/shop#7", "pull request acme/shop#8")
    assert phase_line(row.phase) == "Phase of the work in this thread: open."
    assert phase_line("") == ""


async def test_what_github_said_just_now_counts_more(desk: Desk, make_ticket: MakeTicket) -> None:
    await linked(desk, make_ticket)
    issue = GitHubIssue(
        github_id=1, number=7, title="Carts", body="gone", state="closed", state_reason=None, labels=("bug", "p1"),
        author="eve", url="https://x", created_at=NOW, updated_at=NOW,
    )  # fmt: skip
    told = {"number": 8, "title": "Keep", "state": "open", "head": {"sha": "abc"}, "additions": 3, "changed_files": 1}
    now = pull_now(told | {"mergeable": False, "requested_reviewers": [{"login": "carol"}]})
    assert (now.added, now.removed, now.is_mergeable, now.reviewers) == (3, 0, False, ("carol",))
    seen = [Seen(found=one, as_of=NOW, tried_at=NOW) for one in (issue, now)]
    _, told_issue, told_pull, _ = as_blocks(
        await snapshot(desk, await around(desk), issue_now=seen[0], pull_now=seen[1]), FENCE
    )
    assert "state: closed\nlabels: bug, p1\ntext:\ngone" in told_issue
    assert "size: 3 lines added, 0 removed, 1 files\nreviewers asked: carol\nmergeable: no" in told_pull
    lost = Seen(found=None, as_of=None, tried_at=NOW)
    gone = as_blocks(await snapshot(desk, await around(desk), issue_now=lost, pull_now=lost), FENCE)
    assert gone[1:3] == (
        "issue acme/shop#7: not reachable, as of 2026-03-02 08:00:00 UTC.",
        "pull request acme/shop#8: not reachable, as of 2026-03-02 08:00:00 UTC.",
    )
    assert isinstance(now, PullNow)


async def test_what_not_every_reader_may_know_is_left_out(desk: Desk, make_ticket: MakeTicket) -> None:
    row = await linked(desk, make_ticket)
    assert row.ticket_id
    (await tickets.get(desk.tx, row.ticket_id)).is_private = True
    assert await about_thread(replace(desk, place=None, is_read_along=True), "C1", "1.1") == About()
    assert await about_thread(desk, "C1", "2.1") == About(), "no thread that is known"


@pytest.mark.parametrize(
    ("is_private", "is_read_along", "names"),
    [
        (True, True, ["ticket CH-1"]),
        (None, True, ["ticket CH-1"]),
        (True, False, ["ticket CH-1", "issue acme/shop#7", "pull request acme/shop#8", "checks of acme/shop#8"]),
        (False, True, ["ticket CH-1", "issue acme/shop#7", "pull request acme/shop#8", "checks of acme/shop#8"]),
    ],
    ids=["its channel is private", "its channel is not known", "alone with a member", "its channel is public"],
)
async def test_what_is_in_a_repository_is_told_where_all_may_know_of_it(
    desk: Desk, make_ticket: MakeTicket, is_private: bool | None, is_read_along: bool, names: list[str]
) -> None:
    await linked(desk, make_ticket)
    (repository,) = await desk.tx.exec(select(Repository))
    repository.channel_id = "C9"
    if is_private is not None:
        desk.tx.add(Channel(workspace_id="T1", channel_id="C9", is_private=is_private, seen_at=NOW))
        await desk.tx.flush()
    insiders = {"C9": frozenset({"UANN"})} if is_private else {}
    assert desk.place
    place = replace(desk.place, thread_ts="1.1")
    desk = replace(desk, insiders=insiders, is_read_along=is_read_along, place=place)
    found = await about_thread(desk, "C1", "1.1")
    assert await is_known(desk, "why does CI fail?") is bool(found.pull)
    assert [one.name for one in await snapshot(desk, found)] == names
    repository.disconnected_at = NOW
    at_work = replace(desk, surface="agent", insiders={})
    assert bool((await about_thread(at_work, "C1", "1.1")).pull) is (is_private is False), "Slack was not asked for it"
    assert found.phase == ("open" if len(names) > 1 else ""), "it may be the hidden one that moved it"


async def test_a_thread_without_a_ticket_tells_of_its_pull_request(desk: Desk, make_ticket: MakeTicket) -> None:
    await linked(desk, make_ticket)
    assert desk.place
    asked = replace(desk, place=replace(desk.place, thread_ts="2.1", message_ts="2.1"))
    await heard.keep(asked, "is acme/shop#8 ready?")
    await begun(asked, "C1", "2.1")
    found = await about_thread(desk, "C1", "2.1")
    assert [one.name for one in await snapshot(desk, found)] == ["pull request acme/shop#8", "checks of acme/shop#8"]
    assert found.phase == "intake"
    guest = replace(desk.asker, is_outsider=True)
    assert await about_thread(replace(desk, actor=guest), "C1", "2.1") == About()


@pytest.mark.parametrize("is_report", [False, True])
async def test_what_was_said_before_the_first_request_counts(
    desk: Desk, make_ticket: MakeTicket, is_report: bool
) -> None:
    await linked(desk, make_ticket)
    assert desk.place
    asked = replace(desk, place=replace(desk.place, thread_ts="2.1", message_ts="2.3"))
    before = [Spoken(ts="2.1", user_id="UBO", text="acme/shop#8 is slow"), Spoken(ts="2.2", name="an app", text="so")]
    await heard.keep(asked, "who reviews it?", before=before)
    if is_report:
        await link_thread(asked, "C1", "2.1", ticket_id=(await make_ticket()).id)
    else:
        await begun(asked, "C1", "2.1")
    found = (await about_thread(asked, "C1", "2.1")).pull
    assert found
    assert found[0].number == 8


async def test_naming_a_hidden_pull_request_links_nothing(desk: Desk, make_ticket: MakeTicket) -> None:
    await linked(desk, make_ticket)
    (repository,) = await desk.tx.exec(select(Repository))
    repository.channel_id = "C9"
    for ts in ("2.1", "3.1"):
        await thread_links.begin(desk.tx, "T1", "C1", ts)
    await link_said(desk, "see acme/shop#8", "C1", "2.1")
    repository.channel_id = "C1"
    await link_said(desk, "see acme/shop#8", "C1", "3.1")
    links = [await thread_links.of_thread(desk.tx, "T1", "C1", ts) for ts in ("2.1", "3.1")]
    assert [link.pull_id is None for link in links if link] == [True, False]


async def test_a_hidden_pull_request_that_names_a_ticket_moves_nothing(desk: Desk, make_ticket: MakeTicket) -> None:
    row = await linked(desk, make_ticket)
    (repository,), (pull,) = await desk.tx.exec(select(Repository)), await desk.tx.exec(select(Pull))
    row.pull_id, pull.head_ref, repository.channel_id = None, "ch-1-carts", "C9"
    await desk.tx.flush()
    where = GitHubRepository(github_id=1, full_name="acme/shop", host="github.com")
    told = pull_now({"number": 8, "title": "Keep", "state": "open", "head": {"sha": "abc"}}).pull
    event = PullEvent(action="opened", repository=where, pull=told, sender="bob")
    await follow_in_threads(desk, pull, event, before=None)
    assert (row.pull_id, row.phase) == (None, "open")
    row.pull_id = pull.id  # from a time when its channel was public
    await follow_in_threads(desk, pull, event, before=None)
    assert row.phase == "open"
    repository.channel_id = "C1"
    await follow_in_threads(desk, pull, event, before=None)
    assert row.phase == "in-progress"


async def test_checks_are_as_they_were_looked_at_else_as_events_told(desk: Desk, make_ticket: MakeTicket) -> None:
    await linked(desk, make_ticket)

    async def told(seen: Seen) -> str:
        return as_blocks(await snapshot(desk, await around(desk), checks_now=seen), FENCE)[-1]

    looked_at = Seen(found=ChecksNow(found={"build": "success"}), as_of=NOW, tried_at=NOW)
    assert "state: passing" in await told(looked_at)
    assert "as of 2026-03-02 09:00:00 UTC" in await told(looked_at)
    away = Seen(found=None, as_of=None, tried_at=NOW)
    assert "state: failing" in await told(away), "an App may be told of checks that it may not read"
    (pull,) = await desk.tx.exec(select(Pull))
    pull.checks = {}
    assert await told(away) == "checks of acme/shop#8: not reachable, as of 2026-03-02 08:00:00 UTC."


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (
            [Deployment(environment="preview", state="success", url="https://carts.example", at=NOW)],
            'source="previews of acme/shop#8, as of 2026-03-02 09:00:00 UTC" author="" trust="machine">\n'
            "preview: success https://carts.example\n",
        ),
        ([], None),
        (None, "previews of acme/shop#8: not reachable, as of 2026-03-02 09:00:00 UTC."),
    ],
    ids=["deployed", "nowhere", "not reachable"],
)
async def test_where_its_pull_request_runs_is_told(
    desk: Desk, make_ticket: MakeTicket, found: list[Deployment] | None, told: str | None
) -> None:
    await linked(desk, make_ticket)
    seen = Seen(found=None if found is None else PreviewsNow(found=found), as_of=NOW, tried_at=NOW)
    objects = await snapshot(desk, await around(desk), previews_now=seen)
    assert len(objects) == (5 if told else 4)
    assert (told or "checks of acme/shop#8") in as_blocks(objects, FENCE)[-1]
    assert numbers_of(objects, besides="CH-1") == ("issue acme/shop#7", "pull request acme/shop#8")


async def test_its_pull_request_is_what_this_means_too(desk: Desk, make_ticket: MakeTicket) -> None:
    """And where nothing else is linked, its repository is that of the thread, whatever the channel's is."""
    row = await linked(desk, make_ticket)
    other = Repository(workspace_id="T1", github_id=9, host="github.com", full_name="acme/web", created_at=NOW)
    other.channel_id = "C1"
    desk.tx.add(other)
    await desk.tx.flush()
    assert desk.place
    settings = desk.settings.model_copy(update={"github_token": SecretStr("x")})
    able = replace(desk, settings=settings, place=replace(desk.place, thread_ts="1.1", message_ts="1.2"))
    found = await on_github(able, await around(able), await tickets.get(able.tx, row.ticket_id or 0))
    assert found == ("acme/shop", ("acme/shop#7", "acme/shop#8"), ("acme/shop", "acme/web"))
    (issue,) = await desk.tx.exec(select(Issue))
    issue.ticket_id = None
    await desk.tx.flush()
    found = await on_github(able, await around(able), await tickets.get(able.tx, row.ticket_id or 0))
    assert found[:2] == ("acme/shop", ("acme/shop#8",))


async def test_what_an_event_told_later_counts_more(desk: Desk, make_ticket: MakeTicket) -> None:
    await linked(desk, make_ticket)
    issue = GitHubIssue(
        github_id=1, number=7, title="Old", body="", state="closed", state_reason=None, labels=(), author="eve",
        url="https://x", created_at=NOW, updated_at=NOW,
    )  # fmt: skip
    seen = Seen(found=issue, as_of=EARLIER - timedelta(minutes=1), tried_at=NOW)
    told = as_blocks(await snapshot(desk, await around(desk), issue_now=seen), FENCE)[1]
    assert "title: Carts are lost\nstate: open" in told
