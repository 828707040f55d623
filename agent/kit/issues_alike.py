"""Open issues on GitHub that look like one that is to be opened: who asks may have it said there instead."""

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import structlog

from agent.desk import Desk
from agent.github.repositories import as_told
from agent.kit.lookalikes import Alike, added_to, wants_question
from agent.kit.tool import Tool
from agent.kit.use import Use
from agent.kit.world import World
from agent.questions.keep import of_call
from agent.reports.similar import significant, similar_to
from agent.specialists import TOOLS
from bot.events import GitHubIssue
from bot.github.failures import CallFailed
from bot.github.issues import search_issues
from bot.llm.port import Call
from storage import issues, receipts
from storage.questions import ANSWERED

if TYPE_CHECKING:
    from agent.kit.outside import Prepared

OPENS, COMMENTS = "create_issue", "comment_github"
WORDS = 3  # the longest of a title: each is a search of its own, of which GitHub allows some 30 in a minute
SECONDS = 5.0  # for all of them: whoever asks does not wait longer for a warning
log = structlog.get_logger()


async def issues_like(world: World, found: "Prepared", use: Use) -> list[Alike]:
    """Open issues of that repository with words in common, best first, but for those that this turn has opened.

    Nothing where GitHub does not say in time: then what is known here has to do.
    """
    if found.tool.name != OPENS or not wants_question(use.words):
        return []
    title = str(found.arguments["title"])
    try:
        async with asyncio.timeout(SECONDS):
            hits = await _searched(world, found, title)
    except (CallFailed, TimeoutError) as error:
        log.info("not searched for issues alike", why=str(error) or "no answer in time", turn=use.turn.name)
        return []
    best = similar_to(title, {number: hit.title for number, hit in hits.items()})
    async with world.reading() as desk:
        own = {one.url for one in await receipts.of_turn(desk.tx, use.turn.id)}
        known = await issues.numbered(desk.tx, found.repository.id, best)
    return [
        Alike(
            name=f"{found.repository.full_name}#{number}",
            title=hits[number].title,
            url=hits[number].url,
            ticket_id=known[number].ticket_id if number in known else None,
        )
        for number in best
        if hits[number].url not in own
    ]


async def _searched(world: World, found: "Prepared", title: str) -> dict[int, GitHubIssue]:
    where, github = as_told(found.repository), world.github.for_a_person()
    telling = {word for word in title.casefold().split() if significant(word)}
    words = sorted(telling, key=lambda word: (-len(word), word))[:WORDS]
    searched = await asyncio.gather(*(search_issues(github, where, word, kind="issue", state="open") for word in words))
    return {hit.issue.number: hit.issue for one in searched for hit in one.hits}


async def comment_instead(desk: Desk, tool: Tool, use: Use) -> tuple[Tool, Use] | None:
    """The comment that the asker chose in place of a new issue, as a use of its own; None: they chose no such thing."""
    asked = await of_call(desk.tx, use) if tool.name == OPENS else None
    name = added_to(asked) if asked and asked.state == ANSWERED else ""
    repository, is_issue, number = name.rpartition("#")
    if not is_issue:
        return None
    said = {"repository": repository, "number": int(number), "text": use.call.arguments["text"]}
    return TOOLS[COMMENTS], replace(use, call=Call(id=use.call.id, name=COMMENTS, arguments=said))
