"""When somebody is reminded of a review: after a working day and then each, three times; its author once, after two."""

from datetime import UTC, datetime

from agent.calendar.opening import DAY, Calendar, day_of, next_open
from agent.calendar.whose import calendar_of, calendar_of_person
from agent.desk import Desk
from agent.language import of_person
from prompts.words import say, speaking
from storage import identities, notices, people, repositories, review_requests
from storage.calendars import WORKSPACE
from storage.people import Person
from storage.pulls import Pull
from storage.reminders import Reminder
from storage.review_requests import CHANGES_REQUESTED, ReviewRequest

REVIEW = "review"
ASKED, CHANGES = "review", "changes"  # the steps: for who was asked, and for the author
MOST = 3
PATIENCE = 2  # working days in which an author may think about what was asked for


def days_later(calendar: Calendar, start: datetime, number: int) -> datetime:
    """The same time of day, so many working days later, in open time."""
    local = next_open(calendar, start).astimezone(calendar.zone)
    day, left = local.date(), number
    while left:
        day += DAY
        left -= bool(day_of(calendar, day).openings)
    return next_open(calendar, datetime.combine(day, local.time(), calendar.zone).astimezone(UTC))


async def person_of(desk: Desk, login: str | None) -> Person | None:
    """Whose login it is, when that is proven."""
    known = await identities.of_login(desk.tx, desk.workspace_id, login) if login else None
    return await people.get(desk.tx, known.person_id) if known and known.is_verified else None


def is_author_awaited(request: ReviewRequest, pull: Pull) -> bool:
    """Whether changes were asked for and nothing has come since."""
    is_newest = request.verdict_sha == pull.head_sha and request.asked_at is None
    return request.verdict == CHANGES_REQUESTED and is_newest and pull.state == "open" and not pull.is_draft


def plan_key(request: ReviewRequest, step: str, number: int) -> str:
    """One request is reminded of so often, ever."""
    since = request.asked_at if step == ASKED else request.verdict_at
    return f"{REVIEW}:{request.id}:{step}:{since.isoformat() if since else ''}:{number}"


async def plan_reviews(desk: Desk, pull: Pull) -> None:
    """Plan anew what comes of a pull request as it is now; what waits to be told of it and is no news goes."""
    repository = await repositories.get(desk.tx, pull.repository_id)
    about, wanted = f"{repository.full_name}#{pull.number}", []
    for request in await review_requests.of_pull(desk.tx, pull.id):
        if request.is_awaited(pull):
            wanted += await _of_reviewer(desk, pull, request, about)
        elif is_author_awaited(request, pull):
            wanted += await _of_author(desk, pull, request, about)
    await review_requests.replan(desk.tx, pull.id, wanted)
    for key in set(await review_requests.planned_keys(desk.tx, pull.id)) - {one.plan_key for one in wanted}:
        await notices.drop(desk.tx, key, reason="nobody waits for it any more")


async def _of_reviewer(desk: Desk, pull: Pull, request: ReviewRequest, about: str) -> list[Reminder]:
    assert request.asked_at is not None  # it is awaited
    person = await person_of(desk, request.login)
    calendar = await _calendar(desk, person)
    with speaking(await of_person(desk, person.id if person else None)):
        reason = say("{login} was asked to review {about}", login=request.login, about=about)
    return [
        _reminder(desk, pull, request, person, step=ASKED, number=number, reason=reason, due_at=due_at)
        for number in range(1, MOST + 1)
        if (due_at := days_later(calendar, request.asked_at, number))
    ]


async def _of_author(desk: Desk, pull: Pull, request: ReviewRequest, about: str) -> list[Reminder]:
    person = await person_of(desk, pull.author)
    due_at = days_later(await _calendar(desk, person), request.verdict_at or desk.now, PATIENCE)
    with speaking(await of_person(desk, person.id if person else None)):
        reason = say("{login} asked for changes of {about}", login=request.login, about=about)
    return [_reminder(desk, pull, request, person, step=CHANGES, number=1, reason=reason, due_at=due_at)]


async def _calendar(desk: Desk, person: Person | None) -> Calendar:
    """Theirs; the workspace's while nobody is known."""
    if person is None:
        return await calendar_of(desk.tx, desk.settings, [WORKSPACE])
    return await calendar_of_person(desk.tx, desk.settings, person.id)


def _reminder(
    desk: Desk,
    pull: Pull,
    request: ReviewRequest,
    person: Person | None,
    *,
    step: str,
    number: int,
    reason: str,
    due_at: datetime,
) -> Reminder:
    return Reminder(
        workspace_id=desk.workspace_id,
        kind=REVIEW,
        step=step,
        person_id=person.id if person else None,
        pull_id=pull.id,
        due_at=due_at,
        reason=reason,
        generation=number,
        plan_key=plan_key(request, step, number),
        created_at=desk.now,
    )
