"""One direct message about a reminder, when it suits whom it is for; what they asked for themselves comes at once."""

from agent.alarms.keep import ALARM, HELD, plan
from agent.desk import Desk
from agent.language import of_person
from agent.notices.attention import ASKED
from agent.notices.holding import keep
from agent.notices.post import post
from agent.notices.standing import judge_alone
from bot.messages import Message, escape
from prompts.words import Phrase, say, speaking
from storage import people
from storage.alarms import Alarm
from storage.people import Person


async def tell_when_it_suits(desk: Desk, alarm: Alarm, person: Person, message: Message, *, key: str) -> str:
    """Tell somebody what they are to be reminded of; why they were not told, if so.

    Their own wish is never held back. What another person asked for is planned anew for when it suits them: then it is
    looked at again, so nobody is told of what was cancelled, blocked or done meanwhile.
    """
    if alarm.asker_id != person.id:
        verdict = await judge_alone(desk, person, ASKED, doer_id=alarm.asker_id)
        if verdict.until:
            await plan(desk, alarm, verdict.until, step=HELD)
            return "it waits until it suits them"
        if not await keep(desk, None, person, verdict, key=key, sort=ASKED, text=""):
            return f"not told: {verdict.reason}" if verdict.fate == "spared" else ""
    await post(desk, person.slack_id, message, key=key)
    return ""


async def tell_asker(desk: Desk, alarm: Alarm, why: Phrase | str, *, name: str) -> None:
    """Who asked for it hears why it comes no more."""
    asker = await people.get(desk.tx, alarm.asker_id)
    if not asker.is_active:
        return
    with speaking(await of_person(desk, asker.id)):
        message = Message(text=ended(alarm, why))
    key = f"{ALARM}:{alarm.id}:{name}"
    if alarm.person_id not in {None, asker.id}:
        verdict = await judge_alone(desk, asker, ASKED, doer_id=alarm.person_id)
        if not await keep(desk, None, asker, verdict, key=key, sort=ASKED, text=message.text):
            return
    await post(desk, asker.slack_id, message, key=key)


def ended(alarm: Alarm, why: Phrase | str) -> str:
    """That it comes no more, and why; `why` is mrkdwn."""
    if alarm.text:
        return say("Your reminder “{text}” comes no more: {why}.", text=escape(alarm.text[:100]), why=why)
    return say("Your reminder comes no more: {why}.", why=why)
