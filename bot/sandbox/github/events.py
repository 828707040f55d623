"""What happens is told to every hook that asked for it, in GitHub's words."""

import uuid
from dataclasses import dataclass, field
from itertools import chain

from bot.sandbox.github.courier import Courier
from bot.sandbox.github.hooks import Hook, Notice, pack
from bot.sandbox.github.records import Account, Installation, Payload, Repository
from bot.sandbox.github.shapes.account import account, node_id, organization
from bot.sandbox.github.shapes.repository import repository
from bot.sandbox.github.world import World


@dataclass
class Hooks:
    """Every webhook there is: the App's own, those of repositories and organisations by their id."""

    app: Hook
    repository: dict[int, list[Hook]] = field(default_factory=dict)
    organization: dict[int, list[Hook]] = field(default_factory=dict)

    def all(self) -> list[Hook]:
        """All of them, the App's first."""
        return [self.app, *chain(*self.repository.values(), *self.organization.values())]

    def of_repository(self, where: Repository) -> list[Hook]:
        """Those that hear of what happens in a repository, but for the App's."""
        return self.repository.get(where.id, []) + self.organization.get(where.owner.id, [])


@dataclass(frozen=True)
class Herald:
    """Tells hooks what happened."""

    world: World
    hooks: Hooks
    courier: Courier

    def tell(self, where: Repository, event: str, told: Payload, *, by: Account, subject: str = "") -> None:
        """An event of a repository, for its hooks and the App's; `subject` is what it is about, such as `7`.

        `told` wins over what every event tells: its repository and who did it.
        """
        payload = told | self._surroundings(where, by) | told
        key = f"{where.id}/{subject or event}"
        for hook in self.hooks.of_repository(where):
            self._send(hook, event, payload, key=key, where=where)
        installation = self.world.find_installation(where)
        if installation and installation.suspended_at is None:
            marked = {"installation": {"id": installation.id, "node_id": node_id("Installation", installation.id)}}
            self._send(self.hooks.app, event, payload | marked, key=key, where=where, installation=installation)
        self.world.changed()

    def tell_app(self, event: str, told: Payload, *, by: Account, installation: Installation) -> None:
        """An event of an installation, for the App alone."""
        payload = told | {"sender": account(self.world.url, by)}
        self._send(self.hooks.app, event, payload, key=event, installation=installation)
        self.world.changed()

    def ping(self, hook: Hook, shown: Payload, *, where: Repository | None, by: Account) -> None:
        """What a new hook is sent first."""
        about = self._surroundings(where, by) if where else {"sender": account(self.world.url, by)}
        told = {"zen": "Keep it logically awesome.", "hook_id": hook.id, "hook": shown} | about
        self._send(hook, "ping", told, key=f"ping/{hook.id}", where=where)

    def _surroundings(self, where: Repository, by: Account) -> Payload:
        url = self.world.url
        around: Payload = {"repository": repository(url, where) | {"custom_properties": {}}}
        if where.owner.kind == "Organization":
            around["organization"] = organization(url, where.owner)
        return around | {"sender": account(url, by)}

    def _send(
        self,
        hook: Hook,
        event: str,
        payload: Payload,
        *,
        key: str,
        where: Repository | None = None,
        installation: Installation | None = None,
    ) -> None:
        if not hook.wants(event):
            return
        notice = Notice(
            hook=hook,
            guid=str(uuid.uuid4()),
            event=event,
            packed=pack(payload),
            action=payload.get("action"),
            repository_id=where.id if where else None,
            installation_id=installation.id if installation else None,
            subject=f"{hook.id}/{key}",
        )
        self.courier.send(notice)
