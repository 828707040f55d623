"""Whether a message asks for sure, or tells the bot to act, whatever it is about."""

from agent.turns.hearing.intent import Intent
from agent.turns.hearing.reading import clean, read
from agent.turns.hearing.vocabulary import vocabulary


def asks_surely(text: str) -> bool:
    """Whether a question cannot be meant as a report: it ends with its mark, or begins with "who", "why" and the like;
    "list of topics is empty" does neither."""
    intent = Intent(read(clean(text)))
    tables = ("asks.sure",) if intent.trouble else ("asks.sure", "asks.phrases")
    asks = ((hit, one) for one in intent.questions for table in tables for hit in intent.found(table, one))
    begins = (hit.start == intent.first(one) for hit, one in asks)
    return text.rstrip().endswith(("?", "？")) or any(begins)


def tells_to_act(text: str) -> bool:
    """Whether a message has an order in it, or names a ticket to be made: "we need a ticket for the crash", and not
    "redis is down"."""
    reading = read(clean(text))
    named = vocabulary().words("create.elsewhere") | {"ticket", "tickets"}
    return bool(Intent(reading).orders) or any(token.word in named for token in reading.tokens)
