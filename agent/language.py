"""In which language a person, or a channel, is spoken to."""

from agent.desk import Desk
from prompts.words import LANGUAGES, Phrase, speaking
from storage import people, settings_kv
from storage.database import Tx
from storage.deadlines import Standing
from storage.people import Person
from storage.tickets import Ticket

LANGUAGE = "language"  # settings_kv key, in the scope of a person or of a channel


async def of_person(desk: Desk, person_id: int | None) -> str:
    """What they have set, else what their Slack speaks, else CHARGEHAND_LANGUAGE."""
    return (await own(desk.tx, person_id) if person_id else None) or desk.settings.language


async def own(tx: Tx, person_id: int) -> str | None:
    """What they have set, else what their Slack speaks, if that is one of ours."""
    if said := await settings_kv.get(tx, f"person:{person_id}", LANGUAGE):
        return said
    return _of_slack(await people.get(tx, person_id))


def of_slack(desk: Desk, person: Person) -> str:
    """What their Slack speaks, else CHARGEHAND_LANGUAGE."""
    return _of_slack(person) or desk.settings.language


def _of_slack(person: Person) -> str | None:
    slacks = person.locale.partition("-")[0]
    return slacks if slacks in LANGUAGES else None


async def of_channel(desk: Desk, channel_id: str) -> str:
    """What was set for it, else CHARGEHAND_LANGUAGE."""
    return await settings_kv.get(desk.tx, channel_id, LANGUAGE) or desk.settings.language


async def of_place(desk: Desk, place_id: str) -> str:
    """Of the person whose Slack id this is, else of the channel."""
    person = await people.by_slack_id(desk.tx, desk.workspace_id, place_id)
    return await of_person(desk, person.id) if person else await of_channel(desk, place_id)


async def of_asked(desk: Desk) -> str:
    """Of who asked; what others read along, as what is said in a channel, is in the channel's."""
    is_for_all = desk.surface == "mention" or (desk.surface == "agent" and desk.is_read_along)
    if is_for_all and desk.place and not desk.place.is_dm:
        return await of_channel(desk, desk.place.channel_id)
    return await of_person(desk, desk.actor.person_id if desk.actor else None)


async def of_ticket(desk: Desk, ticket: Ticket | Standing) -> str:
    """Of the channel in which its card and its thread are; in a direct message, of who reported it."""
    if ticket.channel_id.startswith("D"):
        return await of_person(desk, ticket.reporter_id)
    return await of_channel(desk, ticket.channel_id)


async def as_kept(desk: Desk, ticket: Ticket, said: Phrase) -> str:
    """What is kept with a ticket in words, as its card says it: in the language of its channel."""
    with speaking(await of_ticket(desk, ticket)):
        return str(said)
