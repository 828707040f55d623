"""What a message means as far as words alone can tell: a pure function with reasons, for any of our languages.

It decides little and surely: a write is chosen only where every word belongs to it, or where something is said to be
wrong and nothing is asked or ordered. All else is left to a model, with what rules would make of it as a guess.
"""

from dataclasses import replace

from agent.courtesy import is_courtesy
from agent.turns.control import is_go_ahead, split_go_ahead
from agent.turns.hearing.assigning import find_assignment
from agent.turns.hearing.intent import REFERENCES, STRONG, Intent
from agent.turns.hearing.reading import Clause, Reading, clean, read
from agent.turns.hearing.reminding import CHAINED, UNCLEAR, Reminder, find_reminder
from agent.turns.hearing.vocabulary import vocabulary
from agent.turns.verdict import LEAST, Heard, Kind, Step, Verdict
from prompts.words import Phrase, fixed, phrase

CERTAIN, SURE, LIKELY, DOUBTFUL, FAINT = 1.0, 0.9, 0.8, 0.6, 0.4
NOTHING = fixed("nothing in it says what to do")
WRONG = fixed("“{words}” says that something is wrong")
OVER = fixed("“{words}” says that it is over or planned")
WANTED = fixed("“{words}” asks for something new")
TOLD = fixed("“{words}” tells me to do something")
ASKED = fixed("it asks something")
NAMED = fixed("it names {what}")
THREAD = fixed("it was said in the thread of {ticket}")
TIME = fixed("“{words}” is when to remind")


def judge(heard: Heard) -> Verdict:
    """What a message means; `unsure` below a confidence of 0.7."""
    if is_courtesy(heard.text):
        return Verdict(kind="courtesy", confidence=CERTAIN, reasons=(phrase("it is polite words or emoji alone"),))
    text = clean(heard.text)
    if is_go_ahead(text):
        return _unsure(phrase(NOTHING))
    if not heard.ticket:
        text, _ = split_go_ahead(text)
    intent = Intent(read(text))
    if not any(token.is_own or token.kind == "aside" for token in intent.reading.tokens):
        return _unsure(phrase("there are no words in it to go by"))
    if wish := find_reminder(intent):
        return _with_reminder(heard, wish)
    return _judged(heard, text, intent).settled()


def goes_on(text: str) -> bool:
    """Whether a message that the grammar takes for a reminder wants something else behind it: "remind me tomorrow at 9
    and close CH-4". The command would take that for what to remind of.
    """
    return find_reminder(Intent(read(clean(text)))) is CHAINED


def _judged(heard: Heard, text: str, intent: Intent) -> Verdict:
    for rule in (_never, _assigned, _opened):
        if verdict := rule(heard, text, intent):
            return verdict
    if intent.questions:
        return _asked(heard, text, intent)
    if intent.orders:
        return _told(heard, text, intent)
    return _remarked(heard, text, intent) if heard.ticket else _reported(heard, text, intent)


def _unsure(
    *reasons: Phrase,
    guess: Kind = "unsure",
    steps: tuple[Step, ...] = (),
    is_question: bool = False,
    is_order: bool = False,
) -> Verdict:
    about = {"is_question": is_question, "is_order": is_order}
    return Verdict(kind="unsure", confidence=FAINT, reasons=reasons, guess=guess, steps=steps, **about)


def _with_reminder(heard: Heard, wish: Reminder) -> Verdict:
    """A reminder alone, or after what the rest of the message is."""
    if wish in (UNCLEAR, CHAINED):
        return _unsure(phrase("it asks for a reminder, and when or whom or of what is not clear"))
    because = phrase(TIME, words=wish.when)
    is_alone = not wish.rest or is_courtesy(wish.rest)
    rest = None if is_alone else judge(replace(heard, text=wish.rest))
    has_this = bool(heard.ticket) or not heard.is_top_level or rest is not None
    if wish.is_about_this and not has_this:
        return _unsure(because, phrase("it does not say of what"))
    step = Step("remind", wish.line, wish.command(names_this=has_this))
    if rest is None:
        return Verdict(kind="remind", confidence=SURE, reasons=(because,), steps=(step,))
    if rest.kind not in {"create", "comment", "assign", "research"}:
        return _unsure(because, *rest.reasons, is_question=rest.is_question)
    return replace(rest, reasons=(*rest.reasons, because), steps=(*rest.steps, step))


def _never(heard: Heard, text: str, intent: Intent) -> Verdict | None:
    """A merge or a deployment that is ordered; "deploy to staging fails" and "don't merge it" are none."""
    reading, lists = intent.reading, vocabulary()
    for clause in reading.clauses:
        begins = intent.first(clause)
        opened = [hit.end for hit in intent.found("openers.you", clause)]
        asked = min((hit.start for hit in intent.found("openers.polite", clause)), default=clause.end)
        for hit in lists.undenied(intent.found("never.verbs", clause), reading):
            is_asked = hit.start in opened or asked < hit.start
            is_last = bool(opened) and hit.end == clause.end  # "kannst du #88 mergen"
            is_behind = asked == hit.end and _is_small(reading, clause.start, hit.start)  # "#88 mergen bitte"
            is_ordered = hit.start == begins or is_asked or is_last or is_behind
            is_noun = any(said.start >= hit.end for said in intent.found("never.said", clause))
            is_sure = is_asked or not intent.trouble or _has_object(intent, hit.end, clause)
            if is_ordered and is_sure and not is_noun and _goes_on(reading, hit.end, clause):
                why = phrase("“{words}” merges or deploys, which I never do", words=reading.said(hit))
                return Verdict(kind="never", confidence=SURE, reasons=(why,))
    return None


def _is_small(reading: Reading, start: int, end: int) -> bool:
    """Whether there is nothing but what is to be merged."""
    small = vocabulary().words("never.before") | vocabulary().words("never.objects")
    return all(token.kind in REFERENCES or token.word in small for token in reading.tokens[start:end])


def _has_object(intent: Intent, at: int, clause: Clause) -> bool:
    """ "ship the fix for the crash", "merge #88, it fixes the crash": the trouble is why; in "deploy to staging fails"
    and "deploy #88 crashed" it is what is told."""
    if at >= clause.end:
        return False
    token = intent.reading.tokens[at]
    is_named = token.kind != "word" or token.word in vocabulary().words("never.objects")
    return is_named and all(hit.start != at + 1 for hit in intent.trouble if token.kind != "word")


def _goes_on(reading: Reading, at: int, clause: Clause) -> bool:
    """Whether the words behind the verb are something to be merged or deployed, or none are left."""
    if at >= clause.end:
        return True
    token = reading.tokens[at]
    return token.kind != "word" or _is_small(reading, at, at + 1)


def _assigned(heard: Heard, text: str, intent: Intent) -> Verdict | None:
    if command := find_assignment(heard, intent.reading):
        why = phrase("each word of it belongs to an assignment")
        return Verdict(kind="assign", confidence=SURE, reasons=(why,), steps=(Step("assign", text, command),))
    return None


def _opened(heard: Heard, text: str, intent: Intent) -> Verdict | None:
    """ "open a ticket for …": what follows is the report."""
    reading = intent.reading
    begins = next((at for one in reading.clauses if (at := intent.told_from(one)) < one.end), None)
    if begins is None or not (heard.is_top_level or heard.is_dm):
        return None
    links, elsewhere = vocabulary().words("create.links"), vocabulary().words("create.elsewhere")
    hit = next((hit for hit in vocabulary().find("create.phrases", reading) if hit.start == begins), None)
    if hit is None or any(token.word in elsewhere or token.kind == "number" for token in reading.tokens):
        return None
    at = hit.end
    is_apart = at < len(reading.tokens) and reading.tokens[at].clause != reading.tokens[begins].clause
    if at >= len(reading.tokens) or not (is_apart or reading.tokens[at].word in links):
        return None
    names_team = not is_apart and text[reading.tokens[reading.clause_of(at).end - 1].end :].startswith(":")
    at += 0 if is_apart or names_team else 1  # "for Payments: refunds are stuck"
    what = text[reading.tokens[at].start :] if at < len(reading.tokens) else ""
    why = phrase(TOLD, words=reading.said(hit))
    if len(reading.tokens) - at < 2 or intent.questions:
        return _unsure(why)
    return Verdict(kind="create", confidence=SURE, reasons=(why,), steps=(_report(what),))


def _asked(heard: Heard, text: str, intent: Intent) -> Verdict:
    """A question about something named is looked up; one beside a report is between the two."""
    named = [token for token in intent.reading.tokens if token.kind in REFERENCES]
    what = intent.reading.text[named[0].start : named[0].end] if named else heard.ticket
    reasons = (phrase(ASKED), *((phrase(NAMED, what=what),) if what else ()))
    step = Step("research", text, _shown(heard, intent.reading))
    is_sure = what and not intent.orders and not intent.has_trouble_outside_questions and _says_what(intent)
    if is_sure:
        return Verdict(kind="research", confidence=LIKELY, reasons=reasons, steps=(step,), is_question=True)
    unsure = _unsure(*reasons, *_wrong(intent), guess="research", steps=(step,), is_question=True)
    return replace(unsure, is_report_too=bool(intent.trouble))


def _says_what(intent: Intent) -> bool:
    """ "<@U2>?" and "can someone look at CH-4?" are for people."""
    words = [token for token in intent.reading.tokens if token.kind in {"word", "ticket", "number", "link"}]
    return bool(words) and not any(map(intent.wants_hands, intent.questions))


def _shown(heard: Heard, reading: Reading) -> str:
    """The command that answers how one ticket is doing, where the question is nothing more."""
    tickets = {token.word for token in reading.tokens if token.kind == "ticket"}
    small = vocabulary().words("status.words")
    is_small = all(token.kind in {"ticket", "emoji"} or token.word in small for token in reading.tokens)
    if not is_small or len(tickets) > 1 or not (tickets or heard.ticket):
        return ""
    return f"show CH-{int(tickets.pop().lstrip('ch-'))}" if tickets else f"show {heard.ticket}"


def _told(heard: Heard, text: str, intent: Intent) -> Verdict:
    """An order that no rule above knows. With something wrong beside it a report is the best guess, unless it is about
    somebody or something that it names: "give the login crash to <@U2>".
    """
    reading, order = intent.reading, intent.orders[0]
    why = (phrase(TOLD, words=reading.said(order)), *_wrong(intent))
    clause = reading.clause_of(order.start)
    is_named = any(token.kind in REFERENCES | {"person"} for token in reading.tokens[clause.start : clause.end])
    if heard.ticket or is_named or not intent.trouble:
        return _unsure(*why, is_order=True)
    return _unsure(*why, guess="create", steps=(_report(text),), is_order=True)


def _remarked(heard: Heard, text: str, intent: Intent) -> Verdict:
    if all(token.kind in {"person", "emoji"} for token in intent.reading.tokens):
        return _unsure(phrase(NOTHING))
    step = Step("comment", text, f"comment {heard.ticket}: {text}")
    return Verdict(kind="comment", confidence=SURE, reasons=(phrase(THREAD, ticket=heard.ticket),), steps=(step,))


def _reported(heard: Heard, text: str, intent: Intent) -> Verdict:
    """Something is wrong, or wished for; in a thread that is about no ticket it may be part of a talk."""
    words = [token for token in intent.reading.tokens if token.kind in {"word", "aside"}]
    if not words:
        return _unsure(phrase(NOTHING))
    confidence, reasons = FAINT, _wrong(intent) or (phrase(NOTHING),)
    if intent.weight >= STRONG and len(words) > 1:
        confidence = SURE if intent.weight > STRONG else LIKELY
    elif intent.wishes and len(words) > 4:
        confidence, reasons = LEAST, (phrase(WANTED, words=intent.reading.said(intent.wishes[0])),)
    elif intent.trouble:
        confidence = DOUBTFUL
    if intent.calm:
        confidence, reasons = FAINT, (*reasons, phrase(OVER, words=intent.reading.said(intent.calm[0])))
    if not (heard.is_top_level or heard.is_dm) or any(token.kind == "ticket" for token in intent.reading.tokens):
        confidence = min(confidence, DOUBTFUL)  # it may be about a ticket that there is
    return Verdict(kind="create", confidence=confidence, reasons=reasons, steps=(_report(text),))


def _report(text: str) -> Step:
    return Step("create", text, f"report {text}")


def _wrong(intent: Intent) -> tuple[Phrase, ...]:
    return (phrase(WRONG, words=intent.reading.said(intent.trouble[0])),) if intent.trouble else ()
