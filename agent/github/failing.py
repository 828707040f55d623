"""What a person reads when GitHub did not do what was asked: what failed, and what helps."""

import json
from collections.abc import Mapping
from datetime import timedelta

from agent.duration import in_words
from agent.excerpt import one_line
from bot.github.failures import RATE_LIMIT, CallFailed
from bot.messages import escape
from prompts.words import fixed, say

WORDS: Mapping[str, str] = {
    "401": fixed("GitHub does not take our key for {where}: an admin looks at GITHUB_TOKEN or the App's key."),
    "403": fixed("GitHub does not let Chargehand do that in {where} ({why}): its owner can give the App that right."),
    "404": fixed("GitHub shows no such thing in {where}: it is not there, or the App may not see it."),
    "410": fixed("It is deleted in {where}, or issues are turned off there."),
    "422": fixed("GitHub refused it in {where}: {why}"),
    "moved": fixed("{where} is in another place by now: look there, and ask again for that one."),
}


def words_of(failed: CallFailed, where: str) -> str:
    """One sentence; `where` is the repository or object."""
    if failed.code == RATE_LIMIT and failed.retry_after:
        span = in_words(timedelta(seconds=failed.retry_after))
        return say("GitHub asks for patience: try again in {time}.", time=span)
    if not failed.is_final:
        return say("GitHub cannot be reached at the moment: try again in a minute.")
    text = WORDS.get(
        failed.code.partition(":")[0].removeprefix("http_"), fixed("GitHub did not do it in {where}: {why}")
    )
    return say(text, where=where, why=escape(_why(failed.code)))


def _why(code: str) -> str:
    """GitHub's own words; of a list of errors, what each says."""
    said = code.partition(": ")[2] or code
    try:
        told = json.loads(said)
    except ValueError:
        return one_line(said)
    if not isinstance(told, dict):
        return one_line(said)
    errors = told.get("errors")
    parts = [_error(one) for one in errors] if isinstance(errors, list) else []
    return one_line("; ".join([str(told.get("message", "")), *parts]).strip("; "))


def _error(one: object) -> str:
    if not isinstance(one, dict):
        return str(one)
    return str(one.get("message") or f"{one.get('field', '')} {one.get('code', '')}").strip()
