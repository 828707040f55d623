"""REST: repositories, their labels, and what somebody may do in them."""

from collections.abc import Mapping
from typing import Any

from bot.sandbox.github.access import may_see
from bot.sandbox.github.ask import Answer, Ask
from bot.sandbox.github.records import Label, Payload
from bot.sandbox.github.refusals import invalid, not_found
from bot.sandbox.github.seed import ROLES
from bot.sandbox.github.shapes.account import account
from bot.sandbox.github.shapes.app import installation
from bot.sandbox.github.shapes.repository import full_repository, label, repository

LEGACY = {"triage": "read", "maintain": "write"}  # role -> what `permission` calls it


def get(ask: Ask) -> Answer:
    """One repository."""
    return Answer(body=full_repository(ask.url, ask.where))


def of_installation(ask: Ask) -> Answer:
    """Those that this installation token is for."""
    mine = [one for one in ask.world.repositories.values() if ask.caller.holds(one)]
    page, headers = ask.cut(mine)
    shown = [repository(ask.url, one) for one in page]
    return Answer(body={"total_count": len(mine), "repositories": shown}, headers=headers)


def its_installation(ask: Ask) -> Answer:
    """The App's installation that holds this repository."""
    found = ask.world.find_repository(f"{ask.params['owner']}/{ask.params['repo']}")
    holder = ask.world.find_installation(found) if found else None
    if holder is None:
        raise not_found()
    return Answer(body=installation(ask.url, holder))


def permission(ask: Ask) -> Answer:
    """What a person may do here."""
    login = ask.params["username"]
    if login not in ask.world.accounts:
        raise not_found()
    who = ask.world.accounts[login]
    role = ask.where.roles.get(login, "none" if ask.where.is_private else "read")
    held = {name: role != "none" and ROLES.index(role) >= ROLES.index(name) for name in ROLES}
    rights = {("pull" if name == "read" else "push" if name == "write" else name): has for name, has in held.items()}
    shown: Payload = account(ask.url, who) | {"permissions": rights, "role_name": role}
    return Answer(body={"permission": LEGACY.get(role, role), "role_name": role, "user": shown})


def labels(ask: Ask) -> Answer:
    """Every label of the repository."""
    return ask.page(list(ask.where.labels.values()), lambda one: label(ask.url, ask.where, one))


def get_label(ask: Ask) -> Answer:
    """One label, by name in any case."""
    return Answer(body=label(ask.url, ask.where, _label(ask)))


def create_label(ask: Ask) -> Answer:
    """A new label."""
    name = str(ask.body.get("name") or "")
    if not name:
        raise invalid("Label", "name", "missing_field")
    if name.lower() in ask.where.labels:
        raise invalid("Label", "name", "already_exists")
    new = ask.where.labels[name.lower()] = Label(ask.world.next_id(), name)
    _describe(new, ask.body)
    return Answer(201, label(ask.url, ask.where, new))


def update_label(ask: Ask) -> Answer:
    """Another name, colour or description."""
    one = _label(ask)
    if name := ask.body.get("new_name"):
        for labels in (ask.where.labels, *(issue.labels for issue in ask.where.present)):
            if labels.pop(one.name.lower(), None):
                labels[name.lower()] = one
        one.name = name
    _describe(one, ask.body)
    return Answer(body=label(ask.url, ask.where, one))


def delete_label(ask: Ask) -> Answer:
    """Away with it, from issues too."""
    gone = _label(ask).name.lower()
    for labels in (ask.where.labels, *(issue.labels for issue in ask.where.present)):
        labels.pop(gone, None)
    return Answer(204)


def _label(ask: Ask) -> Label:
    found = ask.where.labels.get(ask.params["name"].lower())
    if found is None:
        raise not_found()
    return found


def _describe(one: Label, given: Mapping[str, Any]) -> None:
    one.color = given.get("color", one.color).removeprefix("#")
    one.description = given.get("description", one.description)


def me(ask: Ask) -> Answer:
    """The person whose token it is."""
    counts = dict.fromkeys(("public_repos", "public_gists", "followers", "following"), 0)
    about = dict.fromkeys(("name", "company", "location", "email", "hireable", "bio"))
    seen = sum(may_see(ask.caller, one) for one in ask.world.repositories.values() if one.is_private)
    dates = dict.fromkeys(("created_at", "updated_at"), "2026-01-01T00:00:00Z")
    private = {"private_gists": 0, "total_private_repos": seen, "owned_private_repos": 0, "disk_usage": 0}
    others = {"collaborators": 0, "two_factor_authentication": True, "blog": "", "user_view_type": "private"}
    return Answer(body=account(ask.url, ask.by) | counts | about | dates | private | others)
