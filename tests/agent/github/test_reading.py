"""What is read of a repository is what is there, within its limits, and of no other repository."""

import pytest

from agent.github import pull_reading, reading
from agent.memory.budget import MOST_RESULT, estimated
from bot.github.failures import CallFailed
from bot.github.source import plain_words
from bot.sandbox.github import GitHubSandbox
from tests.agent.github.conftest import SHOP, Desk

CART = "def total(cart):\n    return sum(cart)\n"


@pytest.fixture
def pull(github: GitHubSandbox) -> int:
    """A pull request that changes the cart."""
    github.push("bob", SHOP, "main", files={"src/cart.py": CART, "README.md": "# Shop\n"})
    github.push("bob", SHOP, "fix", files={"src/cart.py": CART.replace("sum", "math.fsum"), "notes.txt": "Total\n"})
    return github.open_pull("bob", SHOP, title="Exact\ntotals", head="fix", body="Closes #1").number


async def test_a_file_has_numbered_lines_and_a_folder_names(work: Desk, github: GitHubSandbox, pull: int) -> None:
    text = await reading.read_file(work.github, work.row, "src/cart.py")
    assert text.splitlines()[0].startswith("src/cart.py from line 1 of 2: http")
    assert "    2      return sum(cart)" in text
    assert "fsum" in await reading.read_file(work.github, work.row, "src/cart.py", ref="fix")
    assert (await reading.read_file(work.github, work.row, "")).splitlines()[1:] == ["README.md", "src/"]


async def test_a_long_file_is_read_in_parts(work: Desk, github: GitHubSandbox) -> None:
    github.push("bob", SHOP, "main", files={"long.txt": "\n".join(f"x{number}" for number in range(1, 1001))})
    seen: list[str] = []
    start = 1
    for _ in range(20):
        text = await reading.read_file(work.github, work.row, "long.txt", start=start)
        assert estimated()(text) <= MOST_RESULT
        part = [line.split()[1] for line in text.split("```")[1].strip().splitlines()]
        assert 0 < len(part) <= reading.MOST_LINES
        seen += part
        start += len(part)
        if not text.endswith("]"):
            break
        assert text.splitlines()[-1] == f"[cut here: it goes on from line {start} of 1000]"
    assert seen == [f"x{number}" for number in range(1, 1001)]


@pytest.mark.parametrize(
    "path", ["../issues", "src/../../x", "/etc/passwd", "a//b", "a/./b", "a/", "a\nb", "..", "no.py"]
)
async def test_a_path_leads_nowhere_else(work: Desk, github: GitHubSandbox, pull: int, path: str) -> None:
    with pytest.raises(CallFailed):
        await reading.read_file(work.github, work.row, path)
    asked = [call.path for call in github.calls() if call.method == "GET"]
    assert asked in ([], [f"/repos/{SHOP}/contents/no.py"])


async def test_what_is_no_text_is_said(work: Desk, github: GitHubSandbox) -> None:
    github.push("bob", SHOP, "main", files={"logo.png": "\0PNG", "big.sql": "x" * 1_100_000})
    for path in ("logo.png", "big.sql"):
        assert "is no text, or larger than 1 MB" in await reading.read_file(work.github, work.row, path)


async def test_code_is_searched_in_this_repository_alone(work: Desk, github: GitHubSandbox, pull: int) -> None:
    github.push("bob", "acme/payments", "main", files={"pay.py": "total of payments"})
    text = await reading.search_code(work.github, work.row, "TOTAL repo:acme/payments")
    assert text == "Nothing in acme/shop has “TOTAL repo:acme/payments”."
    text = await reading.search_code(work.github, work.row, "Total")
    assert text.splitlines()[0] == "1 of 1:"
    assert text.splitlines()[1].startswith("src/cart.py http")
    assert "    def total(cart):" in text


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("repo:acme/vault secret", "repo acme/vault secret"),
        ("a OR b NOT c", "a or b not c"),
        ('-x "is:open" (y)', "x is open y"),
        ("cart.py #12", "cart.py 12"),
    ],
)
def test_words_name_no_other_place_and_join_no_conditions(said: str, asked: str) -> None:
    assert plain_words(said) == asked


async def test_a_search_for_nothing_is_refused_here(work: Desk, github: GitHubSandbox) -> None:
    with pytest.raises(CallFailed, match="no word"):
        await reading.search_code(work.github, work.row, '":" -- ()')
    assert github.calls() == []


async def test_a_diff_is_searched_line_by_line(work: Desk, pull: int) -> None:
    text = await pull_reading.search_diff(work.github, work.row, pull, "TOTAL")
    assert text.splitlines()[1:] == ["notes.txt:1: +Total", "src/cart.py:1:  def total(cart):"]
    assert await pull_reading.search_diff(work.github, work.row, pull, "redis") == f"No line of #{pull} has “redis”."


async def test_a_file_whose_lines_github_leaves_out_is_named(work: Desk, github: GitHubSandbox) -> None:
    github.push("bob", SHOP, "fix", files={"dump.sql": "insert\n" * 60_000, "a.py": "insert\n"})
    number = github.open_pull("bob", SHOP, title="Data", head="fix").number
    text = await pull_reading.search_diff(work.github, work.row, number, "insert")
    assert "Not read, as GitHub leaves out their lines: dump.sql" in text
    assert "a.py:1: +insert" in text


async def test_issues_and_pulls_are_found_apart(work: Desk, github: GitHubSandbox, pull: int) -> None:
    for number in range(12):
        github.open_issue("frank", SHOP, title=f"totals are wrong {number}", labels=["bug"])
    github.open_issue("frank", "acme/payments", title="totals elsewhere")
    text = await reading.search_issues(work.github, work.row, "totals", kind="issue", state="open")
    assert text.splitlines()[0] == "10 of 12:"
    assert (len(text.splitlines()), text.splitlines()[-1]) == (12, "[cut here: it goes on from hit 11 of 12]")
    assert "elsewhere" not in text
    further = await reading.search_issues(work.github, work.row, "totals", kind="issue", state="open", start=11)
    assert [line.split()[0] for line in further.splitlines()] == ["2", "#3", "#2"]
    assert text.splitlines()[1].startswith("#13 open “totals are wrong 11” @frank [bug] http")
    found = await reading.search_issues(work.github, work.row, "totals", kind="pr")
    assert found.splitlines()[1].startswith(f"#{pull} open “Exact totals” @bob http")


async def test_files_with_hits_go_on_where_they_were_cut(work: Desk, github: GitHubSandbox) -> None:
    files = {f"src/{number}.py": "total\n" for number in range(10, 22)}
    github.push("bob", SHOP, "main", files=files)
    text = await reading.search_code(work.github, work.row, "total")
    assert text.splitlines()[-1] == "[cut here: it goes on from hit 11 of 12]"
    further = await reading.search_code(work.github, work.row, "total", start=12)
    assert [line.split()[0] for line in further.splitlines()] == ["1", "src/21.py", "total"]


async def test_a_diff_is_read_file_by_file(work: Desk, github: GitHubSandbox, pull: int) -> None:
    text = await pull_reading.read_diff(work.github, work.row, pull)
    shown = ["added notes.txt +1 -0", "    1 +Total", "modified src/cart.py +1 -1", "    1  def total(cart):"]
    cart = ["    2 -    return sum(cart)", "    2 +    return math.fsum(cart)"]
    assert text.splitlines() == [f"The diff of #{pull}:", "```", *shown, *cart, "```"]
    further = await pull_reading.read_diff(work.github, work.row, pull, path="src/cart.py", start=3)
    assert further.splitlines()[2:4] == cart
    told = await pull_reading.read_diff(work.github, work.row, pull, path="src/other.py")
    assert told == f"#{pull} does not change src/other.py."


async def test_a_long_diff_says_how_it_goes_on(work: Desk, github: GitHubSandbox) -> None:
    github.push("bob", SHOP, "fix", files={"a.py": "".join(f"line {number}\n" for number in range(1, 901))})
    number = github.open_pull("bob", SHOP, title="Long", head="fix").number
    text = await pull_reading.read_diff(work.github, work.row, number)
    assert estimated()(text) <= MOST_RESULT
    shown = len(text.splitlines()) - 4
    assert text.splitlines()[-1] == f"[cut here: it goes on from line {shown + 1} of 901]"
    further = await pull_reading.read_diff(work.github, work.row, number, start=shown + 1)
    assert further.splitlines()[2] == f"{shown:>5} +line {shown}"


async def test_comments_are_told_with_who_wrote_them_the_newest_last(work: Desk, github: GitHubSandbox) -> None:
    number = github.open_issue("frank", SHOP, title="redis").number
    assert await reading.read_comments(work.github, work.row, number) == f"Nobody has commented on acme/shop#{number}."
    github.comment("bob", SHOP, number, "first\nand more")
    github.comment("carol", SHOP, number, "x" * 500)
    lines = (await reading.read_comments(work.github, work.row, number)).splitlines()
    assert lines[0] == f"2 comments on acme/shop#{number}:"
    assert [line.split(",")[0] for line in lines if line[0] == "@"] == ["@bob", "@carol"]
    assert lines[2:4] == ["    first", "    and more"]
    assert [len(line.strip()) for line in lines[5:]] == [392, 108], "a long line is shown in two, not cut"
    assert (await reading.read_comments(work.github, work.row, number, start=4)).splitlines()[1].startswith("@carol, ")


async def test_where_a_pull_is_deployed_is_what_github_says_last(work: Desk, github: GitHubSandbox, pull: int) -> None:
    sha = github.repository(SHOP).heads["fix"]
    nowhere = f"#{pull} at {sha[:12]} is deployed nowhere."
    github.deploy(SHOP, "main", "production", url="https://shop.test/")
    assert await pull_reading.read_previews(work.github, work.row, pull) == nowhere, "another commit is"
    github.deploy(SHOP, "fix", "preview", state="in_progress")
    github.deploy(SHOP, "fix", "preview", url="https://fix.shop.test/")
    github.deploy(SHOP, "fix", "staging", state="failure")
    lines = (await pull_reading.read_previews(work.github, work.row, pull)).splitlines()
    assert lines[0] == f"Deployments of #{pull} at {sha[:12]}:"
    assert [line.split(",")[0] for line in lines[1:]] == ["staging: failure", "preview: success"]
    assert lines[2].endswith(" UTC https://fix.shop.test/")
    del github.installation.permissions["deployments"]
    with pytest.raises(CallFailed):
        await pull_reading.read_previews(work.github, work.row, pull)


async def test_an_issue_tells_who_has_it(work: Desk, github: GitHubSandbox) -> None:
    issue = github.open_issue("frank", SHOP, title="redis", body="a\nb", assignees=["bob"])
    text = await reading.read_issue(work.github, work.row, issue.number, start=2)
    assert text.splitlines()[1:] == ["assigned: bob", "b"]


async def test_a_pull_is_summed_up(work: Desk, github: GitHubSandbox, pull: int) -> None:
    github.ask_for_review("bob", SHOP, pull, "carol")
    github.check(SHOP, github.repository(SHOP).heads["fix"], name="test", conclusion="failure")
    text = await pull_reading.read_pull_summary(work.github, work.row, pull)
    assert text.splitlines()[0].startswith(f"#{pull} open “Exact totals” @bob http")
    assert "fix → main, +2 -1, " in text
    assert text.splitlines()[2:] == [
        "asked for review: carol",
        "can be merged: not known yet",
        "checks: failing",
        "added notes.txt +1 -0",
        "modified src/cart.py +1 -1",
        "Closes #1",
    ]
