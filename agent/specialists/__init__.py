"""All specialists: a new one is a file, a prompt, a test and its line here."""

from agent.specialists import assign, close, comment, create, delegate, narrate, remind, research, review
from agent.specialists.specialist import Specialist

SPECIALISTS: tuple[Specialist, ...] = (
    create.SPECIALIST,
    assign.SPECIALIST,
    review.SPECIALIST,
    remind.SPECIALIST,
    research.SPECIALIST,
    comment.SPECIALIST,
    close.SPECIALIST,
    delegate.SPECIALIST,
    narrate.SPECIALIST,
)
NAMED = {one.name: one for one in SPECIALISTS}
TOOLS = {tool.name: tool for one in SPECIALISTS for tool in one.tools}
READER = "research"  # works where nobody knows who else could: it changes nothing
