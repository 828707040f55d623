"""How much of a model's answer counts: all of it, or its words alone when a report may have talked it into the rest."""

from agent.triage.rules import PRIORITIES, gives_orders
from agent.triage.schema import Answer, Report, Triage
from prompts.words import fixed, say

WORDS = ("title", "summary", "tags", "reasoning")
ORDERED = fixed("the report gives orders, so rules decided")
TOO_FAR = fixed("the model saw little in what the rules read as critical, so rules decided")
FAR = 2  # steps of priority; of the reports in examples.toml that rules call critical none deserves so much less


def trusted(answer: Answer, judged: Triage, *, report: Report) -> tuple[Triage, str]:
    """What becomes of the ticket, and why not the model's judgement ("" when it stands).

    Each of three signs is enough, and none can raise trust: the rules find orders in the report, the model says that
    there are some, or it would put far lower what the words of the report put at critical.
    """
    if answer.gives_orders or gives_orders(report):
        return _in_its_words(answer, judged), say(ORDERED)
    if judged.priority == "critical" and _steps_below(answer, judged) >= FAR:
        return _in_its_words(answer, judged), say(TOO_FAR)
    return answer, ""


def _in_its_words(answer: Answer, judged: Triage) -> Triage:
    return judged.model_copy(update={name: getattr(answer, name) for name in WORDS})


def _steps_below(answer: Answer, judged: Triage) -> int:
    return PRIORITIES.index(judged.priority) - PRIORITIES.index(answer.priority)
