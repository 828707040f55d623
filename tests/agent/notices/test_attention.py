"""Whether a person is told now, later, with the digest or not at all is one decision with one reason."""

from datetime import UTC, datetime, timedelta

import pytest

from agent.notices.attention import ALARM, APART, BREACH, DEADLINE, GIVEN, NEWS, NUDGE, Sort, Standing, Verdict, decide

NOW = datetime(2026, 3, 7, 3, 0, tzinfo=UTC)
MORNING = NOW + timedelta(hours=6)
OFF = "it is outside their hours"
NIGHT = Standing(quiet_until=MORNING, quiet=OFF)
WOKEN = Standing(quiet_until=MORNING, quiet=OFF, is_critical=True, wakes=True)
MUTED = Standing(mute="they muted the ticket")
LATELY = Standing(nudged_at=NOW - timedelta(minutes=20))
FREE = "nothing spoke against it"

CASES: dict[str, tuple[Sort, Standing, Verdict]] = {
    "nothing is in the way": (NEWS, Standing(), Verdict(fate="told", reason=FREE)),
    "a nudge that is muted": (NUDGE, MUTED, Verdict(fate="spared", reason="they muted the ticket")),
    "a breach is never muted": (BREACH, MUTED, Verdict(fate="told", reason=FREE)),
    "nor is what is theirs now": (GIVEN, MUTED, Verdict(fate="told", reason=FREE)),
    "the night holds it": (GIVEN, NIGHT, Verdict(fate="held", reason=OFF, until=MORNING)),
    "an hour that is over": (GIVEN, Standing(quiet_until=NOW, quiet=OFF), Verdict(fate="told", reason=FREE)),
    "what they asked for comes": (ALARM, NIGHT, Verdict(fate="told", reason=FREE)),
    "critical alone does not wake": (
        BREACH,
        Standing(quiet_until=MORNING, quiet=OFF, is_critical=True),
        Verdict(fate="held", reason=OFF, until=MORNING),
    ),
    "who wants it is woken": (
        DEADLINE,
        WOKEN,
        Verdict(fate="told", reason=f"{OFF}, but it is critical and wakes them", is_woken=True),
    ),
    "but not for news": (NEWS, WOKEN, Verdict(fate="held", reason=OFF, until=MORNING)),
    "the digest goes before the night": (
        NEWS,
        Standing(digest="the team's notices are set to none", quiet_until=MORNING, quiet=OFF),
        Verdict(fate="held", reason="the team's notices are set to none"),
    ),
    "a second nudge within the hour": (
        NUDGE,
        LATELY,
        Verdict(fate="held", reason="there was a nudge within the hour", until=NOW + timedelta(minutes=40)),
    ),
    "an hour after the first": (NUDGE, Standing(nudged_at=NOW - APART), Verdict(fate="told", reason=FREE)),
    "a deadline is no nudge": (DEADLINE, LATELY, Verdict(fate="told", reason=FREE)),
}


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_notice_has_one_fate_for_one_reason(name: str) -> None:
    sort, standing, verdict = CASES[name]
    assert decide(sort, standing, now=NOW) == verdict
