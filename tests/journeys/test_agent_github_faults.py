"""What GitHub refuses or leaves open is told in words with a next step, and nothing is written twice."""

from pathlib import Path

from sqlmodel import select

from bot.sandbox.github import Fault, GitHubSandbox
from bot.sandbox.llm import Call, LlmSandbox
from bot.sandbox.slack import SlackSandbox
from storage.turns import ToolCall, Turn
from tests.journeys.agent_team import answers, calls, routes
from tests.journeys.test_agent_github import COMMENTS, at_work
from tests.journeys.test_odd_words import OF_A_PROGRAM
from tests.team import report

FAULTS: dict[str, tuple[Fault, str, str, int]] = {  # the fault, how the use ends, what people read, comments written
    "forbidden": (Fault(status=403, call=COMMENTS), "failed", "GitHub does not let Chargehand do that in ", 0),
    "missing": (Fault(status=404, call=COMMENTS), "failed", "GitHub shows no such thing in ", 0),
    "invalid": (Fault(status=422, call=COMMENTS), "failed", "GitHub refused it in ", 0),
    "away": (Fault(status=502, when="after", call=COMMENTS), "done", "Commented on ", 1),
    # The last, since nothing is written any more until that hour is over.
    "busy": (Fault(kind="primary", call=COMMENTS), "failed", "GitHub asks for patience: try again in ", 0),
}


async def test_each_refusal_has_its_words_and_a_write_without_an_answer_its_proof(
    github: GitHubSandbox, slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "comment")
    for name in FAULTS:
        call = Call("comment_github", {"repository": "here", "number": 1, "text": f"the {name} replica lags"})
        calls(llm, "comment", call, then="I tried.", opening=f"<request>[^<]*the {name} replica")
    async with at_work(github, slack, llm, tmp_path, "bob", approvals="open") as bot:
        for name, (fault, state, words, written) in FAULTS.items():
            before = len(github.comments())
            github.fail(fault)
            ts = await report(bot, "bob", f"could you say on GitHub that “the {name} replica lags” on #1?")
            use = (await bot.rows(select(ToolCall).order_by(ToolCall.id)))[-1]
            assert use.state == state, (name, use.result)
            [answer] = answers(slack, ts)
            assert words in answer.plain, (name, answer.plain)
            assert not OF_A_PROGRAM.search(answer.plain), answer.plain
            assert ("1 change" in answer.plain) == bool(written), name
            assert len(github.comments()) - before == written, name
            github.mend()
        assert {turn.outcome for turn in await bot.rows(select(Turn))} == {"answer"}
