"""Each reason to refuse a delivery has its own answer, and what is stored is stored byte for byte, once."""

import asyncio
import json
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import text
from sqlmodel import select

from bot.github import facts
from bot.server import serve_http
from handlers.github.body import LARGEST
from handlers.github.turned_away import TurnedAway
from handlers.intake import Arrival
from storage.audit import AuditEvent
from storage.database import Database, StorageError
from storage.gaps import Gap
from storage.inbox import Delivery
from storage.queue import Job
from tests.handlers.github.conftest import ISSUE, NOON, Street, sign, street_with
from tests.waiting import until

CALLER = f"00-{'1a' * 16}-{'2b' * 8}-01"


async def nothing_stored(street: Street) -> bool:
    return not await street.rows(select(Delivery)) and not await street.rows(select(Job))


async def test_a_delivery_is_stored_with_its_job_and_then_acknowledged(street: Street) -> None:
    body = json.dumps(ISSUE).encode()
    answer = await street.send(X_Correlation_ID="from-the-proxy", traceparent=CALLER, User_Agent="GitHub-Hookshot")
    assert answer.status == 202
    assert answer.said == {
        "status": "accepted",
        "event_type": "issues",
        "action": "opened",
        "repository": "acme/shop",
        "message_key": "github:guid-1",
        "correlation_id": "from-the-proxy",
        "delivery_id": "guid-1",
    }
    [delivery], [job] = await street.rows(select(Delivery)), await street.rows(select(Job))
    assert (delivery.raw, delivery.size, delivery.kind, delivery.action, delivery.repo_id) == (
        body,
        len(body),
        "issues",
        "opened",
        1,
    )
    assert delivery.headers["x-github-delivery"] == "guid-1"
    assert delivery.headers["traceparent"] == CALLER
    assert (delivery.client, delivery.correlation_id, delivery.status) == ("127.0.0.1", "from-the-proxy", "accepted")
    assert (job.kind, job.key, job.args) == (
        "github.issues",
        "issue:1:7",
        {"delivery_id": delivery.id, "event": "issues"},
    )
    assert (job.correlation_id, job.traceparent) == ("from-the-proxy", CALLER)


async def test_bytes_in_a_header_that_are_no_text_do_no_harm(street: Street) -> None:
    body = json.dumps(ISSUE).encode()
    odd = {
        "traceparent": b"\xff",
        "User-Agent": b"\xff",
        "X-GitHub-Hook-ID": b"\xff",
        "X-Hub-Signature-256": sign(body).encode(),
    }
    usual = {"X-GitHub-Event": b"issues", "X-GitHub-Delivery": b"guid", "Content-Type": b"application/json"}
    head = b"".join(name.encode() + b": " + value + b"\r\n" for name, value in (usual | odd).items())
    host, _, port = street.url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    length = b"Host: here\r\nConnection: close\r\nContent-Length: %d\r\n" % len(body)
    writer.write(b"POST /webhooks/github HTTP/1.1\r\n" + length + head + b"\r\n" + body)
    assert (await reader.read()).startswith(b"HTTP/1.1 202 ")
    writer.close()
    [job] = await street.rows(select(Job))
    assert job.traceparent is None


async def test_whatever_goes_wrong_with_a_commit_is_503_for_all_in_it(street: Street) -> None:
    """A text that no database takes, as if the door had let one through."""
    one, two = (arrival(street, number) for number in (1, 2))
    one.delivery.action = "\udcff"
    done = await asyncio.gather(*(street.door.intake.store(each) for each in (one, two)), return_exceptions=True)
    assert [type(each) for each in done] == [StorageError, StorageError]
    again = arrival(street, 2)
    assert await street.door.intake.store(again)


def arrival(street: Street, number: int) -> Arrival:
    delivery = Delivery(
        workspace_id="T1",
        source="github",
        dedupe_key=f"github:{number}",
        kind="issues",
        body=b"{}",
        sha256="",
        size=2,
        correlation_id="c",
        received_at=street.now,
    )
    return Arrival(delivery=delivery)


async def test_a_large_body_is_packed_and_comes_back_whole(street: Street) -> None:
    body = json.dumps(ISSUE | {"padding": "redis " * 2000}).encode()
    assert (await street.send(body=body)).status == 202
    [delivery] = await street.rows(select(Delivery))
    assert delivery.encoding == "zlib"
    assert len(delivery.body) < len(body) / 10
    assert delivery.raw == body


async def test_the_commit_survives_a_power_cut(street: Street) -> None:
    async with street.db.write() as tx:
        assert (await tx.exec(text("PRAGMA synchronous"))).scalar() == 2  # type: ignore[call-overload]  # FULL


@pytest.mark.parametrize("path", ["/webhooks/github", "/webhook/github", "/webhooks/github/key"])
async def test_other_methods_are_told_which_one_it_is(street: Street, path: str) -> None:
    async with street.http.get(street.url + path) as response:
        assert (response.status, response.headers["Allow"]) == (405, "POST")
        said = await response.json()
    assert said["error"]["code"] == "method_not_allowed"
    assert said["error"]["correlation_id"] == response.headers["X-Correlation-ID"]


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"X_Hub_Signature_256": None}, 401, "signature"),
        ({"X_Hub_Signature_256": None, "X_Hub_Signature": "sha1=" + "a" * 40}, 401, "signature"),
        ({"X_Hub_Signature_256": "sha256=" + "0" * 64}, 401, "signature"),
        ({"X_GitHub_Event": None}, 400, "headers"),
        ({"X_GitHub_Delivery": None}, 400, "headers"),
        ({"X_GitHub_Event": "x" * 65}, 400, "headers"),
        ({"X_GitHub_Delivery": "a b"}, 400, "headers"),
        ({"X_GitHub_Delivery": "x" * 129}, 400, "headers"),
        ({"Content_Type": "text/plain"}, 415, "content_type"),
        ({"Content_Type": "application/jsonx"}, 415, "content_type"),
    ],
)
async def test_what_is_not_a_delivery_of_githubs_is_refused(
    street: Street, headers: dict[str, Any], status: int, code: str
) -> None:
    answer = await street.send(**headers)
    assert (answer.status, answer.code) == (status, code)
    assert answer.said["error"]["correlation_id"] == answer.headers["X-Correlation-ID"]
    assert await nothing_stored(street)


async def test_all_signature_refusals_say_the_same(street: Street) -> None:
    said = [
        (await street.send(X_Hub_Signature_256=value)).said["error"]["message"]
        for value in (None, "sha256=0", "sha256=" + "0" * 64, sign(b"another body"))
    ]
    assert len(set(said)) == 1


async def test_two_signature_headers_prove_nothing(street: Street) -> None:
    body = json.dumps(ISSUE).encode()
    headers = [
        ("Content-Type", "application/json"),
        ("X-GitHub-Event", "issues"),
        ("X-GitHub-Delivery", "guid"),
        ("X-Hub-Signature-256", sign(body)),
        ("X-Hub-Signature-256", sign(body)),
    ]
    assert (await street.post(body, headers=headers)).code == "signature"


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b'"x"', b"{", b"\xff\xfe", b"[" * 100_000, b"{" + b'"a":' + b"1" * 5000 + b"}x"]
)
async def test_what_is_no_json_object_is_counted_out(street: Street, body: bytes) -> None:
    answer = await street.send(body=body)
    assert (answer.status, answer.code) == (400, "not_json")
    assert await nothing_stored(street)


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", 'Application/JSON;charset="latin-1"'])
async def test_a_charset_does_not_matter(street: Street, kind: str) -> None:
    assert (await street.send(Content_Type=kind)).status == 202


async def test_a_form_is_read_too(street: Street) -> None:
    body = urlencode({"payload": json.dumps(ISSUE)}).encode()
    answer = await street.send(body=body, Content_Type="application/x-www-form-urlencoded")
    assert (answer.status, answer.said["repository"]) == (202, "acme/shop")
    [delivery] = await street.rows(select(Delivery))
    assert delivery.raw == body
    for broken in (b"payload=%7B", b"other=1", b"\xff"):
        answer = await street.send(body=broken, Content_Type="application/x-www-form-urlencoded")
        assert answer.code == "not_json"


async def test_a_body_beyond_githubs_limit_is_refused_declared_or_not(street: Street) -> None:
    async def endless() -> Any:
        for _ in range(LARGEST // 1_000_000 + 2):
            yield b" " * 1_000_000

    declared = await street.post(BytesIO(b" " * (LARGEST + 1)), headers={"Content-Type": "application/json"})
    chunked = await street.post(endless(), headers={"Content-Type": "application/json"})
    assert [answer.status for answer in (declared, chunked)] == [413, 413]
    assert await nothing_stored(street)


async def test_without_any_secret_nothing_is_believed(tmp_path: Path) -> None:
    async with street_with(tmp_path, github_webhook_secret=None) as street:
        answer = await street.send()
        assert (answer.status, answer.code) == (503, "webhook_secret_missing")
        assert await street.rows(select(Gap)) == []
        assert await nothing_stored(street)


async def test_the_secret_before_this_one_counts_too(tmp_path: Path) -> None:
    async with street_with(tmp_path, webhook_secret_previous="the one before") as street:
        body = json.dumps(ISSUE).encode()
        assert (await street.send(X_Hub_Signature_256=sign(body, "the one before"))).status == 202
        assert (await street.send(X_Hub_Signature_256=sign(body, "the one before that"))).status == 401


@pytest.mark.parametrize(
    ("event", "payload", "reason"),
    [
        ("cache_sync", {}, "event not known"),
        ("issues", ISSUE | {"action": "pinned"}, "action not wanted"),
        ("issues", {"repository": {}}, "action not wanted"),
        ("issues", ISSUE | {"sender": {"login": "chargehand[bot]"}}, "own"),
    ],
)
async def test_what_asks_for_no_work_is_stored_and_ignored(
    street: Street, event: str, payload: Any, reason: str
) -> None:
    async with street.db.write() as tx:
        await facts.remember(tx, ranges=[], login="chargehand[bot]", workspace_id="T1")
    answer = await street.send(payload, event=event)
    assert (answer.status, answer.said["status"], answer.said["reason"]) == (202, "ignored", reason)
    [delivery] = await street.rows(select(Delivery))
    assert (delivery.status, delivery.reason) == ("ignored", reason)
    assert await street.rows(select(Job)) == []


async def test_a_ping_is_a_pong_and_says_which_events_are_missing(street: Street) -> None:
    ping = {"zen": "…", "hook_id": 5, "hook": {"events": ["issues", "push"]}}
    answer = await street.send(ping, event="ping")
    assert (answer.status, answer.said["status"]) == (200, "pong")
    async with street.db.read() as tx:
        contact = (await facts.contacts(tx))["5"]
    assert contact.at == street.now
    assert contact.missing == ("issue_comment", "pull_request", "pull_request_review", "check_run", "repository")
    assert await nothing_stored(street)


async def test_a_redelivery_is_answered_with_the_first_id_and_the_job(street: Street) -> None:
    first = await street.send(X_GitHub_Delivery="guid")
    again = await street.send(X_GitHub_Delivery="guid")
    assert (again.status, again.said["status"]) == (202, "duplicate")
    assert again.said["correlation_id"] == first.said["correlation_id"]
    assert again.said["job"] == {"id": 1, "state": "ready"}
    async with street.db.write() as tx:
        for job in await tx.exec(select(Job)):
            job.state = "dead"
    dead = await street.send(X_GitHub_Delivery="guid")
    assert dead.said["next"] == 'python app.py jobs replay 1 --reason "sent again by GitHub"'
    assert len(await street.rows(select(Job))) == 1


async def test_the_same_id_twice_in_one_moment_is_one_job(street: Street) -> None:
    answers = await asyncio.gather(*(street.send(X_GitHub_Delivery="guid") for _ in range(20)))
    assert sorted(answer.said["status"] for answer in answers) == ["accepted"] + ["duplicate"] * 19
    assert len(await street.rows(select(Job))) == 1


async def test_the_same_id_to_two_processes_at_once_is_one_job(street: Street, tmp_path: Path) -> None:
    async with street_with(tmp_path) as other:
        headers = [{"X_GitHub_Delivery": f"guid-{number}"} for number in range(20)]
        answers = await asyncio.gather(*(door.send(**sent) for sent in headers for door in (street, other)))
    assert sorted(answer.said["status"] for answer in answers) == ["accepted"] * 20 + ["duplicate"] * 20
    assert len(await street.rows(select(Job))) == 20


async def test_another_body_under_a_known_id_is_a_conflict_on_record(street: Street) -> None:
    await street.send(X_GitHub_Delivery="guid")
    answer = await street.send(ISSUE | {"action": "closed"}, X_GitHub_Delivery="guid")
    assert (answer.status, answer.code) == (409, "conflict")
    [event] = await street.rows(select(AuditEvent))
    assert (event.action, event.object_kind) == ("conflict refused", "delivery")


async def test_a_commit_that_fails_is_503_and_a_gap(street: Street) -> None:
    await street.send()
    async with street.db.write() as tx:
        await tx.exec(text("ALTER TABLE deliveries RENAME TO moved"))  # type: ignore[call-overload]
    answer = await street.send()
    assert (answer.status, answer.code) == (503, "not_stored")
    assert int(answer.headers["Retry-After"]) > 0
    async with street.db.write() as tx:
        await tx.exec(text("ALTER TABLE moved RENAME TO deliveries"))  # type: ignore[call-overload]
    assert (await street.send()).status == 202
    [gap] = await street.rows(select(Gap))
    assert (gap.source, gap.reason, gap.since, gap.closed_at) == ("github", "not_stored", street.now, None)


async def test_what_was_known_holds_while_it_cannot_be_looked_up(street: Street) -> None:
    assert (await street.send()).status == 202
    async with street.db.write() as tx:
        await tx.exec(text("ALTER TABLE webhook_secrets RENAME TO moved"))  # type: ignore[call-overload]
    street.pass_time(5)
    assert (await street.send()).status == 202


async def test_a_gap_that_cannot_be_recorded_at_once_is_recorded_when_it_can(db: Database) -> None:
    turned_away = TurnedAway(db, clock=lambda: NOON, every=timedelta(milliseconds=20))

    async def noted() -> list[Gap]:
        async with db.read() as tx:
            return list(await tx.exec(select(Gap)))

    async with serve_http("127.0.0.1", 0, ways_in=[lambda app: app.cleanup_ctx.append(turned_away.recording)]):
        async with db.write() as tx:
            await tx.exec(text("ALTER TABLE gaps RENAME TO moved"))  # type: ignore[call-overload]
        await turned_away.note("not_stored")
        async with db.write() as tx:
            await tx.exec(text("ALTER TABLE moved RENAME TO gaps"))  # type: ignore[call-overload]
        [gap] = await until(noted)
        assert (gap.reason, gap.since) == ("not_stored", NOON)


async def test_a_process_that_is_about_to_end_sends_deliveries_elsewhere(street: Street) -> None:
    street.door.is_draining = lambda: True
    answer = await street.send()
    assert (answer.status, answer.code, answer.headers["Retry-After"]) == (503, "draining", "5")
    assert [gap.reason for gap in await street.rows(select(Gap))] == ["draining"]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"X_Correlation_ID": "abcdefgh"}, "abcdefgh"),
        ({"X_Request_ID": "request.1-2_3"}, "request.1-2_3"),
        ({"X_Correlation_ID": "abcdefgh", "X_Request_ID": "request.1"}, "abcdefgh"),
        ({"X_Correlation_ID": "short", "X_Request_ID": "request.1"}, "request.1"),
        ({"X_Correlation_ID": "x" * 65}, None),
        ({"X_Correlation_ID": "with space in it"}, None),
        ({}, None),
    ],
)
async def test_a_usable_id_of_the_caller_is_kept(street: Street, sent: dict[str, str], kept: str | None) -> None:
    answer = await street.send(**sent)
    found = answer.headers["X-Correlation-ID"]
    assert found == kept if kept else found not in sent.values()
    assert answer.said["correlation_id"] == found


async def test_every_route_carries_an_id_and_answers_errors_in_json(street: Street) -> None:
    async with street.http.get(street.url + "/nowhere") as response:
        said = await response.json()
    assert (response.status, said["error"]["code"]) == (404, "not_found")
    assert said["error"]["correlation_id"] == response.headers["X-Correlation-ID"]
