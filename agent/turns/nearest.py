"""What a request gets that no model reads and no rule knows: tickets with words in common, and commands nearby."""

from difflib import get_close_matches
from itertools import islice

from agent.commands.reading import TICKET_IN_TEXT
from agent.commands.registry import VERBS
from agent.commands.verb import Verb
from agent.desk import Desk
from agent.github.referred import tickets_referred
from agent.kit.lookalikes import alike, row_of, tickets_like
from agent.reports.similar import significant
from bot.messages import escape
from prompts.words import say
from storage import tickets
from storage.tickets import Ticket

MOST_TICKETS, MOST_COMMANDS = 5, 3
IN_COMMON = 0.15  # of the words of a request and a title together: a question says more than a title
NEAR = 0.75  # how much a word must look like a command's
WORDS = 30  # of a request that are looked at


async def nearest(desk: Desk, text: str) -> str:
    """Lines for its answer, as mrkdwn: the tickets that it names, else what comes near; empty where nothing does."""
    if named := await _named(desk, text):
        return say("You name {tickets}.", tickets=row_of([*map(alike, named)]))
    found = await tickets_like(desk, text, most=MOST_TICKETS, enough=IN_COMMON)
    commands = [f"`{escape(verb.example)}`" for verb in commands_near(text)]
    lines = [
        say("Tickets with words in common: {tickets}.", tickets=row_of([*map(alike, found)])) if found else "",
        say("Commands that come near: {commands}.", commands=", ".join(commands)) if commands else "",
    ]
    return "\n".join(filter(None, lines))


async def _named(desk: Desk, text: str) -> list[Ticket]:
    numbers = islice(dict.fromkeys(map(int, TICKET_IN_TEXT.findall(text))), MOST_TICKETS)
    found = [await tickets.by_number(desk.tx, desk.workspace_id, number) for number in numbers]
    named = [one for one in found if one is not None and await desk.sees(one)]
    return named or await tickets_referred(desk, text)


def commands_near(text: str) -> list[Verb]:
    """Those that a word of it names, or nearly; at most three, in the order of the words."""
    by_word = {
        word.casefold(): verb for verb in reversed(VERBS) if not verb.is_for_buttons for word in (*verb.also, verb.name)
    }
    words = islice((word for word in text.casefold().split() if significant(word)), WORDS)
    close = (get_close_matches(word.strip("?!.,:;"), by_word, n=1, cutoff=NEAR) for word in words)
    found = {by_word[name].name: by_word[name] for names in close for name in names}
    return [*found.values()][:MOST_COMMANDS]
