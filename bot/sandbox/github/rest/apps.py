"""REST: the App, its installations and their tokens; and what GitHub says of itself."""

from bot.sandbox.github.ask import Answer, Ask
from bot.sandbox.github.records import Installation, stamp
from bot.sandbox.github.refusals import ApiError, not_found
from bot.sandbox.github.shapes.app import app, installation
from bot.sandbox.github.shapes.repository import repository


def get(ask: Ask) -> Answer:
    """The App."""
    return Answer(body=app(ask.world))


def installations(ask: Ask) -> Answer:
    """Where it is installed."""
    return ask.page(list(ask.world.installations.values()), lambda one: installation(ask.url, one))


def _named(ask: Ask) -> Installation:
    found = ask.world.installations.get(ask.number("installation_id"))
    if found is None:
        raise not_found()
    return found


def get_installation(ask: Ask) -> Answer:
    """One installation."""
    return Answer(body=installation(ask.url, _named(ask)))


def create_token(ask: Ask) -> Answer:
    """A token for an installation, for some repositories and permissions if asked."""
    one, permissions = _named(ask), ask.body.get("permissions")
    if one.suspended_at is not None:
        raise ApiError(403, "This installation has been suspended")
    _check_granted(one, permissions)
    chosen = _chosen(ask, one)
    token, record = ask.keyring.issue(one, permissions=permissions, repository_ids=chosen)
    told = {
        "token": token,
        "expires_at": stamp(record.expires_at),
        "permissions": permissions or one.permissions,
        "repository_selection": "selected",
    }
    if chosen is not None:
        told["repositories"] = [repository(ask.url, ask.world.repositories[each]) for each in sorted(chosen)]
    return Answer(201, told)


def _check_granted(one: Installation, wanted: dict[str, str] | None) -> None:
    for name, level in (wanted or {}).items():
        if one.permissions.get(name) not in (level, "write"):
            raise ApiError(422, "The permissions requested are not granted to this installation.")


def _chosen(ask: Ask, one: Installation) -> frozenset[int] | None:
    names, ids = ask.body.get("repositories"), ask.body.get("repository_ids")
    if names is None and ids is None:
        return None
    mine = {each: ask.world.repositories[each].name for each in one.repository_ids}
    chosen = frozenset(each for each, name in mine.items() if name in (names or ()) or each in (ids or ()))
    if len(chosen) < len({*(names or ()), *(ids or ())}):
        raise ApiError(422, "There is at least one repository that does not exist or is not accessible.")
    return chosen


def rate_limit(ask: Ask) -> Answer:
    """What is left of the hour; asking costs nothing."""
    core = ask.limits.figures(ask.caller.name)
    search = {"limit": 30, "remaining": 30, "used": 0, "reset": core["reset"]}
    return Answer(body={"resources": {"core": core, "search": search}, "rate": core})


def meta(ask: Ask) -> Answer:
    """The networks that GitHub sends from."""
    told = {"verifiable_password_authentication": False, "hooks": ask.world.networks}
    return Answer(body=told | {"web": ask.world.networks, "api": ask.world.networks})
