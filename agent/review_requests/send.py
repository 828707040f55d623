"""Who was asked to review a pull request, or to change theirs, is reminded of it in a direct message."""

from agent.desk import Desk
from agent.language import of_person
from agent.notices.attention import REVIEW as SORT
from agent.notices.holding import keep
from agent.notices.origin import why_button
from agent.notices.post import post
from agent.notices.standing import judge
from agent.review_requests.plan import ASKED, is_author_awaited, person_of, plan_key
from agent.review_requests.words import named
from bot.messages import Message, escape
from prompts.words import Phrase, say, speaking
from storage import absences, pulls, repositories, review_requests
from storage.people import Person
from storage.pulls import Pull
from storage.reminders import Reminder
from storage.review_requests import ReviewRequest


async def remind_of_review(desk: Desk, reminder: Reminder, *, late: Phrase | str) -> str:
    """One reminder; why there was none, if so. Of several that are due at once the last one comes."""
    pull = await pulls.get(desk.tx, reminder.pull_id or 0)
    repository = await repositories.get(desk.tx, pull.repository_id)
    if repository.is_gone or repository.disconnected_at:
        return "the repository is disconnected"
    request = await _request(desk, reminder, pull)
    if request is None:
        return "nobody waits for it any more"
    if await review_requests.is_overtaken(desk.tx, reminder, now=desk.now):
        return "joined to a later one"
    login = request.login if reminder.step == ASKED else pull.author
    person = await person_of(desk, login)
    if person is None or not person.is_active or person.is_outsider:
        return f"{login} is nobody's verified login here"
    if await absences.at(desk.tx, [person.id], now=desk.now):
        return "they are away"
    with speaking(await of_person(desk, person.id)):
        what = _asked(pull) if reminder.step == ASKED else _awaited(request)
        return await _tell(desk, reminder, person, f"{late}{named(pull, repository.full_name)}: {what}")


def _asked(pull: Pull) -> str:
    author = escape(pull.author) if pull.author else say("its author")
    return say("{author} waits for your review.", author=author)


def _awaited(request: ReviewRequest) -> str:
    return say("{login} asked for changes; nothing has come since.", login=escape(request.login))


async def _request(desk: Desk, reminder: Reminder, pull: Pull) -> ReviewRequest | None:
    """The request that a reminder is about, while it still stands."""
    for one in await review_requests.of_pull(desk.tx, pull.id):
        is_open = one.is_awaited(pull) if reminder.step == ASKED else is_author_awaited(one, pull)
        if is_open and plan_key(one, reminder.step, reminder.generation) == reminder.plan_key:
            return one
    return None


async def _tell(desk: Desk, reminder: Reminder, person: Person, text: str) -> str:
    verdict = await judge(desk, None, person, SORT)
    if await keep(desk, None, person, verdict, key=reminder.plan_key, sort=SORT, text=text):
        message = Message(text=text, buttons=(why_button(reminder),))
        await post(desk, person.slack_id, message, key=reminder.plan_key)
    return f"not told: {verdict.reason}" if verdict.fate == "spared" else ""
