"""REST: webhooks of repositories, organisations and the App, and what they delivered."""

from bot.sandbox.github.ask import Answer, Ask, linked
from bot.sandbox.github.hooks import Delivery, Hook
from bot.sandbox.github.records import Payload
from bot.sandbox.github.refusals import ApiError, invalid, not_found
from bot.sandbox.github.shapes.hook import config, delivery, full_delivery, hook

REMEMBERED = 3 * 24 * 3600  # seconds that GitHub keeps deliveries


def _owned(ask: Ask) -> list[Hook]:
    if ask.found:
        return ask.herald.hooks.repository.setdefault(ask.found.id, [])
    return ask.herald.hooks.organization.setdefault(ask.world.organization.id, [])


def _named(ask: Ask) -> Hook:
    if ask.path.startswith("/app/"):
        return ask.herald.hooks.app
    hook_id = ask.number("hook_id")
    found = next((one for one in _owned(ask) if one.id == hook_id), None)
    if found is None:
        raise not_found()
    return found


def list_all(ask: Ask) -> Answer:
    """The webhooks of a repository or organisation."""
    return ask.page(_owned(ask), lambda one: hook(ask.world, one))


def create(ask: Ask) -> Answer:
    """A new webhook; it is sent a ping."""
    at, given = ask.world.now(), ask.body.get("config") or {}
    if not given.get("url"):
        raise invalid("Hook", "url", "missing_field")
    if any(one.url == given["url"] for one in _owned(ask)):
        raise ApiError(422, "Validation Failed", errors=[{"message": "Hook already exists on this repository"}])
    where = ask.found
    kind, target = ("repository", where.id) if where else ("organization", ask.world.organization.id)
    new = Hook(ask.world.next_id(), "repository" if kind == "repository" else "organization", target, at, at)
    new.content_type = "form"  # what GitHub takes unless told otherwise
    _configure(new, given)
    new.events = tuple(ask.body.get("events") or ("push",))
    new.is_active = ask.body.get("active", True)
    _owned(ask).append(new)
    ask.herald.ping(new, hook(ask.world, new), where=where, by=ask.by)
    return Answer(201, hook(ask.world, new))


def _configure(one: Hook, given: Payload) -> None:
    one.url = given.get("url", one.url)
    one.secret = given.get("secret", one.secret)
    one.content_type = given.get("content_type", one.content_type)
    one.insecure_ssl = str(given.get("insecure_ssl", one.insecure_ssl))


def get(ask: Ask) -> Answer:
    """One webhook."""
    return Answer(body=hook(ask.world, _named(ask)))


def update(ask: Ask) -> Answer:
    """Another address, other events. A config that is given replaces the whole: without a secret there is none."""
    one, given = _named(ask), ask.body
    if "config" in given:
        one.secret = ""
        _configure(one, given["config"])
    more, fewer = given.get("add_events", ()), given.get("remove_events", ())
    events = dict.fromkeys((*(given.get("events") or one.events), *more))
    one.events = tuple(event for event in events if event not in fewer)
    one.is_active = given.get("active", one.is_active)
    one.updated_at = ask.world.now()
    return Answer(body=hook(ask.world, one))


def delete(ask: Ask) -> Answer:
    """Away with it."""
    _owned(ask).remove(_named(ask))
    return Answer(204)


def ping(ask: Ask) -> Answer:
    """Send it a ping."""
    one = _named(ask)
    ask.herald.ping(one, hook(ask.world, one), where=ask.found, by=ask.by)
    return Answer(204)


def get_config(ask: Ask) -> Answer:
    """Where it goes."""
    return Answer(body=config(_named(ask)))


def update_config(ask: Ask) -> Answer:
    """Another address or secret; what is not named stays."""
    one = _named(ask)
    _configure(one, ask.body)
    one.updated_at = ask.world.now()
    return get_config(ask)


def _remembered(ask: Ask) -> list[Delivery]:
    oldest = ask.world.now() - REMEMBERED
    return [one for one in reversed(_named(ask).deliveries) if one.delivered_at >= oldest]


def deliveries(ask: Ask) -> Answer:
    """Attempts of the last three days, newest first, in pages by cursor."""
    cursor, size = ask.query.get("cursor"), ask.per_page()
    if cursor and not cursor.removeprefix("v1_").isdigit():
        raise ApiError(400, "Invalid cursor")
    before = int(cursor.removeprefix("v1_")) if cursor else None
    wanted = ask.query.get("status")
    left = [
        one
        for one in _remembered(ask)
        if (before is None or one.id < before) and wanted in (None, "success" if one.is_ok else "failure")
    ]
    page = left[:size]
    headers = linked({"next": ask.link(cursor=f"v1_{page[-1].id}")}) if len(left) > size else {}
    return Answer(body=[delivery(one) for one in page], headers=headers)


def _attempt(ask: Ask) -> Delivery:
    delivery_id = ask.number("delivery_id")
    found = next((one for one in _remembered(ask) if one.id == delivery_id), None)
    if found is None:
        raise not_found()
    return found


def get_delivery(ask: Ask) -> Answer:
    """One attempt in full."""
    return Answer(body=full_delivery(_attempt(ask)))


def redeliver(ask: Ask) -> Answer:
    """Try again, with the same GUID."""
    ask.herald.courier.send_again(_attempt(ask).notice)
    return Answer(202, {})
