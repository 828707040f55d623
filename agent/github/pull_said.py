"""The pull request that a thread names last is the one that it is about."""

import re

from agent.desk import Desk
from agent.github.which import may_know
from storage import pulls, repositories, thread_links, thread_messages

# acme/shop#88, or its address on whatever GitHub it is.
SAID = re.compile(r"(?:https://[\w.-]{1,100}/)?[\w.-]{1,39}/[\w.-]{1,100}(?:#|/pull/)\d{1,9}(?!\d)", re.ASCII)
PULL = re.compile(r"(?:https://[^/]+/)?(?P<name>[^/]+/[^/#]+)(?:#|/pull/)(?P<number>\d+)", re.ASCII)
LONGEST_TEXT = 40_000  # characters of one message, as Slack takes them
OWN = "own"  # the kind of a message of ours


async def link_said(desk: Desk, text: str, channel_id: str, thread_ts: str) -> bool:
    """Link the one that a text names last, as far as all may know of it there; whether it names one."""
    named = [PULL.match(found) for found in SAID.findall(text[:LONGEST_TEXT])]
    for found in reversed([one for one in named if one]):
        repository = await repositories.named(desk.tx, found["name"])
        if repository is None or not await may_know(desk, repository, channel_id, is_alone=_is_alone(desk)):
            continue
        pull = await pulls.by_number(desk.tx, repository.id, int(found["number"]))
        row = await thread_links.of_thread(desk.tx, desk.workspace_id, channel_id, thread_ts) if pull else None
        if pull and row:
            await thread_links.about_pull(desk.tx, row, pull.id)
        if pull:
            return True
    return False


async def link_kept(desk: Desk, channel_id: str, thread_ts: str) -> None:
    """The same of what was said in a thread before anybody asked for something there."""
    row = await thread_links.of_thread(desk.tx, desk.workspace_id, channel_id, thread_ts)
    if row is None or row.pull_id is not None:
        return
    for said in reversed(await thread_messages.of_thread(desk.tx, desk.workspace_id, channel_id, thread_ts)):
        if said.kind != OWN and await link_said(desk, said.text, channel_id, thread_ts):
            return


def _is_alone(desk: Desk) -> bool:
    return desk.place is not None and desk.place.is_dm
