"""What somebody wrote on GitHub is told in a sentence; it holds no tool, and no person's words lead to it."""

from agent.specialists.specialist import Specialist

SPECIALIST = Specialist(
    name="narrate",
    purpose="put in short what was written on GitHub; changes nothing",
    calls=1,
    origins=frozenset({"github", "system"}),
)
