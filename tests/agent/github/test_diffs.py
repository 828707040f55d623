"""Lines of a diff are found with the numbers that they have in their files."""

from agent.github import diffs
from bot.github.pulls import PullFile

PATCH = """@@ -1,3 +1,3 @@ def total(cart):
 def total(cart):
-    return sum(cart)
+    return sum(cart.prices)
     # TOTAL
@@ -40 +41,2 @@
-old
+new
+Total = 1
\\ No newline at end of file"""


def file(patch: str | None, path: str = "cart.py") -> PullFile:
    return PullFile(path=path, status="modified", additions=0, deletions=0, patch=patch)


def test_each_line_has_its_number_in_its_file() -> None:
    assert [str(line) for line in diffs.lines_of(file(PATCH))] == [
        "cart.py:1:  def total(cart):",
        "cart.py:2: -    return sum(cart)",
        "cart.py:2: +    return sum(cart.prices)",
        "cart.py:3:      # TOTAL",
        "cart.py:40: -old",
        "cart.py:41: +new",
        "cart.py:42: +Total = 1",
    ]
    assert list(diffs.lines_of(file(None))) == []


def test_words_are_found_whatever_their_case() -> None:
    assert [line.number for line in diffs.search([file(PATCH)], " total ")] == [1, 3, 42]
    assert diffs.search([file(PATCH)], ".*") == []


def test_no_more_lines_are_looked_at_than_tell_that_there_are_more() -> None:
    patch = "@@ -0,0 +1,900 @@\n" + "+x\n" * 900
    assert len(diffs.search([file(patch)], "x")) == diffs.MOST_LINES + 1
