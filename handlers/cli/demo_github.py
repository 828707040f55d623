"""The demo's repositories: acme/shop speaks in #ops, acme/payments in #payments; the others are not connected."""

from urllib.parse import urlsplit

from agent.github.repositories import seen
from bot.events import GitHubRepository
from bot.sandbox.github import GitHubSandbox
from bot.sandbox.slack import SlackSandbox
from bot.settings import Settings
from handlers.cli.desk import operator

CONNECTED = {"acme/shop": "#ops", "acme/payments": "#payments"}


async def connect(settings: Settings, slack: SlackSandbox, github: GitHubSandbox) -> None:
    """Let each repository know its channel, and give it a webhook that does not lead anywhere yet."""
    assert settings.github_webhook_secret
    secret = settings.github_webhook_secret.get_secret_value()
    async with operator(settings) as desk:
        for name, channel in CONNECTED.items():
            told = GitHubRepository(
                github_id=github.repository(name).id, full_name=name, host=urlsplit(github.url).netloc
            )
            known = await seen(desk, told)
            known.channel_id = slack.channel(channel).id
            known.hook_id = github.add_hook(name, "", secret=secret).id


def deliver_to(github: GitHubSandbox, port: int) -> None:
    """Let the webhooks lead to the bot at this port."""
    for hooks in github.herald.hooks.repository.values():
        for hook in hooks:
            hook.url = f"http://127.0.0.1:{port}/webhooks/github"
