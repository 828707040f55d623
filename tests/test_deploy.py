"""Fails when an example of deploy/ names a setting, a path or a role that there is not, or lets too little through."""

import re
from pathlib import Path

import pytest
import yaml

from bot.roles import ALL, Part
from bot.settings import Settings, env_name
from handlers.github.body import LARGEST
from tests.routes import paths

DEPLOY = Path(__file__).parents[1] / "deploy"
EXAMPLES = ["Caddyfile", "compose.postgres.yml", "compose.yml", "nginx.conf", "systemd/chargehand@.service"]
COMPOSED = ["compose.postgres.yml", "compose.yml"]
OF_THE_PROXY = {"CHARGEHAND_HOST"}  # read by Caddy


def text(name: str) -> str:
    return (DEPLOY / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_setting_there_is_one(name: str) -> None:
    named = set(re.findall(r"\bCHARGEHAND_[A-Z_]+\b", text(name)))
    assert named <= {env_name(field) for field in Settings.model_fields} | OF_THE_PROXY


@pytest.mark.parametrize(("name", "limit"), [("Caddyfile", r"max_size (\d+)MiB"), ("nginx.conf", r"_size (\d+)m;")])
def test_a_proxy_lets_the_largest_delivery_through(name: str, limit: str) -> None:
    [mebibytes] = re.findall(limit, text(name))
    assert int(mebibytes) * 1024 * 1024 > LARGEST


def test_a_proxy_passes_on_what_github_may_ask_for_and_nothing_else() -> None:
    [caddy] = re.findall(r"@github path (.+)", text("Caddyfile"))
    [nginx] = re.findall(r"location ~ (\S+) \{", text("nginx.conf"))
    outside = {path for path in paths() if "webhook" in path}
    assert {path for path in paths() if re.match(nginx, path)} == outside
    assert {path for path in paths() if any(_fits(path, one) for one in caddy.split())} == outside


def _fits(path: str, pattern: str) -> bool:
    return path.startswith(pattern.removesuffix("*")) if pattern.endswith("*") else path == pattern


def test_the_image_can_dump_the_server_beside_it_and_keeps_that_on_a_volume() -> None:
    services = yaml.safe_load(text("compose.postgres.yml"))["services"]
    worker, server = services["worker"], services["postgres"]["image"]
    dockerfile = (DEPLOY.parent / "Dockerfile").read_text(encoding="utf-8")
    [client] = re.findall(r"postgresql-client-(\d+)", dockerfile)
    assert server == f"postgres:{client}"
    assert f"/usr/lib/postgresql/{client}/bin:" in dockerfile
    [(volume, path)] = [each.split(":") for each in worker["volumes"]]
    assert worker["environment"]["CHARGEHAND_BACKUP_DIR"].startswith(f"{path}/")
    assert f"VOLUME {path}" in dockerfile  # so a new volume belongs to who writes there
    assert volume in yaml.safe_load(text("compose.postgres.yml"))["volumes"]


@pytest.mark.parametrize("name", COMPOSED)
def test_each_role_there_is_one(name: str) -> None:
    commands = [service.get("command", []) for service in yaml.safe_load(text(name))["services"].values()]
    roles = {word for command in commands if "--role" in command for word in command[command.index("--role") + 1 :]}
    assert roles <= {ALL, *Part}
    assert (name == "compose.yml") == (not roles)
