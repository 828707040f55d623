"""Webhooks and their deliveries as JSON."""

from bot.sandbox.github.hooks import Delivery, Hook
from bot.sandbox.github.records import Payload, stamp
from bot.sandbox.github.world import World


def hook(world: World, one: Hook) -> Payload:
    """A webhook; its secret is never shown."""
    mine = f"{world.url}{_home(world, one)}/hooks/{one.id}"
    shown: Payload = {
        "type": one.kind.capitalize(),
        "id": one.id,
        "name": "web",
        "active": one.is_active,
        "events": list(one.events),
        "config": config(one),
        "updated_at": stamp(one.updated_at),
        "created_at": stamp(one.created_at),
        "url": mine,
        "ping_url": f"{mine}/pings",
        "deliveries_url": f"{mine}/deliveries",
    }
    if one.kind != "repository":
        return shown
    last = one.deliveries[-1] if one.deliveries else None
    response = {"code": last and last.status_code, "status": last.status if last else "unused", "message": None}
    return shown | {"test_url": f"{mine}/tests", "last_response": response}


def _home(world: World, one: Hook) -> str:
    if one.kind == "repository":
        return f"/repos/{world.repositories[one.target_id].full_name}"
    if one.kind == "organization":
        return f"/orgs/{world.organization.login}"
    return "/app"


def config(one: Hook) -> Payload:
    """Where a webhook goes and how."""
    told = {"url": one.url, "content_type": one.content_type, "insecure_ssl": one.insecure_ssl}
    return told | ({"secret": "********"} if one.secret else {})


def delivery(one: Delivery) -> Payload:
    """An attempt in a list."""
    return {
        "id": one.id,
        "guid": one.guid,
        "delivered_at": stamp(one.delivered_at),
        "redelivery": one.is_redelivery,
        "duration": one.duration,
        "status": one.status,
        "status_code": one.status_code,
        "event": one.notice.event,
        "action": one.notice.action,
        "installation_id": one.notice.installation_id,
        "repository_id": one.notice.repository_id,
        "throttled_at": None,
    }


def full_delivery(one: Delivery) -> Payload:
    """An attempt with what was sent and what came back."""
    return delivery(one) | {
        "url": one.notice.hook.url,
        "request": {"headers": dict(one.request_headers), "payload": one.notice.payload},
        "response": {"headers": dict(one.response_headers), "payload": one.response_body},
    }
