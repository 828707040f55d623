"""One direct message about a reminder, when it suits whom it is for; what they asked for themselves comes at once."""

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


async def tell(desk: Desk, person: Person, message: Message, *, key: str, doer_id: int) -> str:
    """Tell somebody, in the language in which the message is; why they were not told, if it does not suit them ever.

    Args:
        doer_id: whose wish it is; their own is never held back.
    """
    if doer_id != person.id:
        verdict = await judge_alone(desk, person, ASKED, doer_id=doer_id)
        if not await keep(desk, None, person, verdict, key=key, sort=ASKED, text=message.text):
            return f"not told: {verdict.reason}" if verdict.fate == "spared" else ""
    await post(desk, person.slack_id, message, key=key)
    return ""


async def tell_asker(desk: Desk, alarm: Alarm, why: Phrase | str, *, name: str) -> None:
    """Who asked for it hears why it comes no more."""
    asker = await people.get(desk.tx, alarm.asker_id)
    if asker.is_active:
        with speaking(await of_person(desk, asker.id)):
            message = Message(text=ended(alarm, why))
        doer_id = alarm.person_id or alarm.asker_id
        await tell(desk, asker, message, key=f"alarm:{alarm.id}:{name}", doer_id=doer_id)


def ended(alarm: Alarm, why: Phrase | str) -> str:
    """That it comes no more, and why; `why` is mrkdwn."""
    if alarm.text:
        return say("Your reminder “{text}” comes no more: {why}.", text=escape(alarm.text[:100]), why=why)
    return say("Your reminder comes no more: {why}.", why=why)
