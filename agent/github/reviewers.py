"""People are asked on GitHub to review a pull request; who may not be asked is left out, and that is said."""

from collections.abc import Sequence
from datetime import datetime

from agent.github.writing import Dropped, Written, missing
from bot.errors import UserError
from bot.events import GitHubRepository
from bot.github.call import Effect
from bot.github.effects import Made, Writer
from bot.github.pulls import PullFacts, read_pull, request_reviewers
from bot.github.rights import permission
from prompts.words import say
from storage.receipts import Receipt


async def ask_reviewers(
    writer: Writer, intent: Receipt, repository: GitHubRepository, number: int, logins: Sequence[str]
) -> Written:
    """Ask people; GitHub would ask nobody if one of them may not be, so those are left out before.

    Raises:
        UserError: nobody is left, or the pull request is not open.
    """
    seen = await read_pull(writer.github, repository, number)
    left_out = await _left_out(writer, repository, seen, logins)
    wanted = missing(logins, [one.name for one in left_out])

    async def send(effect: Effect) -> Made:
        _check(seen, wanted)
        await request_reviewers(writer.github, repository, number, wanted, effect=effect)
        return Made(str(number), seen.pull.url)

    async def look(since: datetime) -> Made | None:
        there = await read_pull(writer.github, repository, number)
        return None if missing(wanted, there.reviewers) else Made(str(number), there.pull.url)

    made = await writer.once(intent, look=look, send=send)
    there = await read_pull(writer.github, repository, number)
    not_asked = (Dropped(kind="reviewer", name=name) for name in missing(wanted, there.reviewers))
    return Written(
        external_id=made.external_id,
        url=made.url,
        before={"reviewers": tuple(missing(seen.reviewers, wanted))},
        after={"reviewers": there.reviewers},
        dropped=(*left_out, *not_asked),
        seen=there.pull,
    )


def _check(seen: PullFacts, wanted: Sequence[str]) -> None:
    number = seen.pull.number
    if seen.pull.state != "open":
        raise UserError(say("#{number} is not open any more, so nobody is asked.", number=number))
    if not wanted:
        raise UserError(say("None of them may review #{number} on GitHub: name somebody else.", number=number))
    if not missing(wanted, seen.reviewers):
        raise UserError(say("They are asked to review #{number} already.", number=number))


async def _left_out(
    writer: Writer, repository: GitHubRepository, seen: PullFacts, logins: Sequence[str]
) -> list[Dropped]:
    found = []
    for login in logins:
        if seen.pull.author and login.lower() == seen.pull.author.lower():
            found.append(Dropped(kind="author", name=login))
        elif await permission(writer.github, repository, login) == "none":
            found.append(Dropped(kind="reviewer", name=login))
    return found
