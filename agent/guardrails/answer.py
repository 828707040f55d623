"""An answer as it is posted: the text made safe, receipts in their places, and code's own first and last line."""

from agent.guardrails.marks import InSlack
from agent.guardrails.outcome import Because, Outcome, first_line, last_line
from agent.guardrails.outgoing import for_slack
from agent.guardrails.parts import Parts, parts
from agent.guardrails.proofs import Proof, Render, placed, shown, undo_buttons
from prompts.words import fixed, say

NOTHING_SAID = fixed("I have no answer to this. Ask again in other words, or `help` lists what I can do.")


def answer(
    markdown: str,
    *,
    marks: InSlack,
    proofs: tuple[Proof, ...],
    outcome: Outcome,
    because: Because | None = None,
    had_write_tools: bool,
    render: Render = shown,
    may_upload: bool = True,
) -> Parts:
    """What is sent, in the language that is spoken here. 200,000 characters take a second or two: use a thread.

    Args:
        markdown: what the model wrote, once references and claims are checked; empty when only code's own lines count.
        because: why nothing was changed, where that is known.
        render: how a receipt is shown.
        had_write_tools: whether a specialist of this turn could have changed something.
        may_upload: whether a long text may become a file.
    """
    first = first_line(outcome, because, had_write_tools=had_write_tools)
    body = placed(for_slack(markdown, marks), proofs, render=render)
    text = "\n\n".join(filter(None, [outcome.why, first, body, outcome.left]))
    sent = parts(text or say(NOTHING_SAID), may_upload=may_upload, names=marks.names)
    *before, last = sent.messages
    last = last.model_copy(update={"notes": (last_line(outcome),), "buttons": undo_buttons(proofs)})
    return Parts(messages=(*before, last), file=sent.file)
