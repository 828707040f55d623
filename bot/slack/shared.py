"""The files of a message, kept as links with their names and sizes; what is in them is never fetched."""

from typing import Any

from bot.messages import link
from storage.columns import storable

MOST = 10  # files of one message
LONGEST_NAME = 100
SIZES = ((1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB"))


def files_of(event: dict[str, Any]) -> str:
    """As one line of mrkdwn; empty where there are none. What is deleted, or hidden by Slack, has no address."""
    files = [file for file in event.get("files") or [] if isinstance(file, dict)]
    return ", ".join(filter(None, (_named(file) for file in files[:MOST])))


def _named(file: dict[str, Any]) -> str:
    url = str(file.get("permalink") or file.get("url_private") or "")
    if not url.startswith(("https://", "http://")) or any(mark in url for mark in "<>| \n"):
        return ""
    name = storable(str(file.get("name") or file.get("title") or "file"))
    name = " ".join(name.replace("|", " ").split())[:LONGEST_NAME]
    return f"{link(url, name)} ({_size(int(file.get('size') or 0))})"


def _size(count: int) -> str:
    for unit, name in SIZES:
        if count >= unit:
            return f"{count / unit:.1f} {name}"
    return f"{count} B"
