"""An assignment said in other words than the command's, of which every single word belongs to it."""

from agent.turns.hearing.reading import Reading
from agent.turns.hearing.vocabulary import vocabulary
from agent.turns.verdict import Heard

MOST = 10  # people in one assignment


def find_assignment(heard: Heard, reading: Reading) -> str:
    """The command line, or nothing: one word more ("or", "instead of", "too") and it is a model's to read."""
    tokens, lists = reading.tokens, vocabulary()
    verbs = lists.words("assign.verbs")
    if not any(token.word in verbs for token in tokens) or _is_doubtful(reading) or not _gives(reading):
        return ""
    tickets, people, is_me, is_this = [], [], False, False
    for at, token in enumerate(tokens):
        if token.kind == "ticket":
            tickets.append(f"CH-{int(token.word.lstrip('ch-'))}")
        elif token.kind == "person":
            people.append(reading.text[token.start : token.end])
        elif token.kind == "emoji" or token.word in verbs:
            continue
        elif token.kind == "word" and token.word in lists.words("assign.me"):
            is_me = True
            if at and tokens[at - 1].word in lists.words("assign.give"):
                return ""
        elif token.kind == "word" and token.word in lists.words("assign.small") | lists.words("assign.this"):
            is_this = is_this or token.word in lists.words("assign.this")
        else:
            return ""
    return _command(heard, tickets, people, is_me=is_me, is_this=is_this)


def _gives(reading: Reading) -> bool:
    """Whether the people are those who get it: "<@U2> please assign CH-4" and "can <@U2> give CH-4 to <@U3>" are for
    them.
    """
    tokens, lists = reading.tokens, vocabulary()
    people = [at for at, token in enumerate(tokens) if token.kind == "person"]
    verbs = [at for at, token in enumerate(tokens) if token.word in lists.words("assign.verbs")]
    between = [token for token in tokens[people[0] : people[-1]] if token.kind != "person"] if people else []
    is_one_group = all(token.word in lists.words("remind.joins") for token in between)
    is_after = not people or verbs[0] < people[0] or tokens[verbs[-1]].word in lists.words("assign.last")
    return reading.is_whole and is_one_group and is_after


def _is_doubtful(reading: Reading) -> bool:
    """ "assign CH-4 to @bob?" may be a thought; "can you assign …?" is none."""
    is_asking = any(clause.is_asking for clause in reading.clauses)
    return is_asking and not vocabulary().find("openers.you", reading)


def _command(heard: Heard, tickets: list[str], people: list[str], *, is_me: bool, is_this: bool) -> str:
    named = list(dict.fromkeys(tickets)) or ([heard.ticket] if heard.ticket and is_this else [])
    if not named or len(people) > MOST or bool(people) == is_me:
        return ""
    return f"claim {' '.join(named)}" if is_me else f"assign {' '.join(named)} {' '.join(dict.fromkeys(people))}"
