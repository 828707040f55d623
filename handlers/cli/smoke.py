"""`smoke`: whether a running installation does its job, asked after a deploy through its own doors."""

import asyncio
import re
import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from handlers.cli.doctor import show_findings
from handlers.cli.failures import FAILED

if TYPE_CHECKING:
    from bot.finding import Finding
    from bot.settings import Settings

WITHIN_SECONDS = 10.0  # from the acknowledgement to the last step
LOOK_SECONDS = 0.2


def register(cli: typer.Typer) -> None:
    @cli.command()
    def smoke(
        url: Annotated[str | None, typer.Option(help="Where it answers; by default this machine's port.")] = None,
    ) -> None:
        """Check a running installation through its own doors. Exit code 1: one of its answers is not well."""
        from bot.settings import read_settings

        settings = read_settings()
        host = f"[{settings.http_host}]" if ":" in settings.http_host else settings.http_host
        findings = asyncio.run(_look(settings, _address(url or f"http://{host}:{settings.http_port}")))
        show_findings(findings)
        if any(finding.state == "fail" for finding in findings):
            raise typer.Exit(FAILED)


def _address(url: str) -> str:
    from bot.errors import UserError

    if not re.fullmatch(r"https?://[^/\s]+\S*", url):
        raise UserError(f"{url} is no address: write http://HOST:PORT.")
    return url


async def _look(settings: "Settings", url: str) -> "list[Finding]":
    from bot.smoke import smoke

    token = settings.ops_token.get_secret_value() if settings.ops_token else None
    findings = await smoke(url, token=token)
    return [*findings, await _delivered(settings, url)] if len(findings) > 1 else findings


async def _delivered(settings: "Settings", url: str) -> "Finding":
    """A delivery that is marked as ours and signed goes in by the door; nothing may follow from it but its record."""
    from bot.finding import fail, off
    from bot.smoke import MARK, deliver

    secret = settings.github_webhook_secret
    if secret is None:
        return off("delivery", "not tried", "GITHUB_WEBHOOK_SECRET is not set here, so none can be signed")
    guid = f"{MARK}-{secrets.token_hex(8)}"
    refused = await deliver(url, secret.get_secret_value(), guid=guid, now=datetime.now(UTC))
    return fail("delivery", refused, "the log of the process says why") if refused else await _traced(settings, guid)


async def _traced(settings: "Settings", guid: str) -> "Finding":
    """What the database says became of it, as soon as nothing more is to come."""
    from bot.finding import fail, ok
    from handlers.cli.desk import look
    from storage import trace

    deadline = asyncio.get_running_loop().time() + WITHIN_SECONDS
    while asyncio.get_running_loop().time() < deadline:
        async with look(settings) as tx:
            steps = await trace.story(tx, await trace.find(tx, guid))
        if [step.stage for step in steps] == ["delivery.received", "delivery.stored"] and "ignored" in steps[1].detail:
            return ok("delivery", f"signed, stored and seen to: `python app.py trace {guid}`")
        await asyncio.sleep(LOOK_SECONDS)
    return fail("delivery", "taken, and not in this DATABASE_URL", "does what answers there have other settings?")
