"""A model's Markdown becomes text for Slack or GitHub in which nothing pings, leads astray, or tells a secret."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from agent.guardrails.marks import InSlack, Marks, OnGitHub
from agent.guardrails.references import PLACE
from agent.triage.model import visible
from bot.pieces import pieces
from bot.redact import redact

# Without HTML and <…> of its own: both are text, where Slack's marks are looked for. What is nested deeper than that
# the parser loses, so nobody may come there by chance.
PARSER = MarkdownIt("commonmark", {"html": False, "maxNesting": 60})
PARSER.enable(["table", "strikethrough"]).disable("autolink")
# Models that read Slack write its links; as Markdown they are looked at like all others.
SLACK_LINK = re.compile(r"<(https?://[^\s<>|]+)\|([^<>\[\]\n]+)>", re.IGNORECASE)
FENCE = "```"
MOST_ON_GITHUB = 60_000  # characters of 65,536: who asked for it and our mark follow


def for_slack(markdown: str, marks: InSlack) -> str:
    """The text as mrkdwn. Images are gone; what else there was is there, links that may not stand as plain text."""
    return redact(_written(markdown, marks))  # once more, for what stood in several pieces


def for_github(markdown: str, marks: OnGitHub) -> str:
    """The text as Markdown for an issue or a comment. @names stand in code, no line begins with a
    command, and receipts have no place there. It is read there by people of any language, so what we add is English.
    """
    text = _written(PLACE.sub("", markdown), marks)
    first, *rest = pieces(text, MOST_ON_GITHUB)
    return f"{first}\n\n[cut here: {len(text) - len(first)} more characters]" if rest else first


def _written(markdown: str, marks: Marks) -> str:
    source = SLACK_LINK.sub(r"[\2](<\1>)", redact(visible(markdown.replace("\t", "    "))))
    return _blocks(SyntaxTreeNode(PARSER.parse(source)).children, marks)


def _blocks(nodes: Iterable[SyntaxTreeNode], marks: Marks) -> str:
    return "\n\n".join(filter(None, (_block(node, marks) for node in nodes)))


def _block(node: SyntaxTreeNode, marks: Marks) -> str:
    write = BLOCKS.get(node.type)
    return write(node, marks) if write else marks.paragraph(marks.text(node.content))


def _paragraph(node: SyntaxTreeNode, marks: Marks) -> str:
    return marks.paragraph(_inline(node.children, marks))


def _heading(node: SyntaxTreeNode, marks: Marks) -> str:
    return marks.heading(_inline(node.children, marks), int(node.tag[1:]))


def _code(node: SyntaxTreeNode, marks: Marks) -> str:
    return marks.fence(node.content, (node.info.split() or [""])[0])


def _quote(node: SyntaxTreeNode, marks: Marks) -> str:
    return _outside_code(_blocks(node.children, marks), "> ", marks)


def _table(node: SyntaxTreeNode, marks: Marks) -> str:
    rows = [row for part in node.children for row in part.children]
    return marks.table([[_plain(cell.children) for cell in row.children] for row in rows])


def _list(node: SyntaxTreeNode, marks: Marks) -> str:
    first = int(node.attrs.get("start", 1))
    items = []
    for number, item in enumerate(node.children, first):
        bullet = f"{number}. " if node.type == "ordered_list" else marks.bullet
        apart = "\n\n" if marks.frames_code and any("list" not in child.type for child in item.children[1:]) else "\n"
        text = apart.join(filter(None, (_block(child, marks) for child in item.children)))
        indented = _outside_code(text, " " * (marks.indent or len(bullet)), marks)
        starts_with_code = indented.startswith(FENCE)
        items.append(f"{bullet.rstrip()}\n{indented}" if starts_with_code else bullet + indented.lstrip())
    return "\n".join(items)


def _outside_code(text: str, before: str, marks: Marks) -> str:
    """Each line with this before it; lines of code stay as they are where nothing can stand around them."""
    is_code, lines = False, []
    for line in text.split("\n"):
        turns = not marks.frames_code and line.startswith(FENCE)
        is_code ^= turns
        lines.append(line if is_code or turns else (before + line).rstrip())
    return "\n".join(lines)


def _inline(nodes: Sequence[SyntaxTreeNode], marks: Marks) -> str:
    return "".join(_span(node, marks) for node in nodes)


def _span(node: SyntaxTreeNode, marks: Marks) -> str:
    """Of an image, and of what no rule of ours makes, nothing."""
    write = SPANS.get(node.type)
    return write(node, marks) if write else ""


def _emphasis(node: SyntaxTreeNode, marks: Marks) -> str:
    return marks.emphasis(node.type, _inline(node.children, marks))


def _link(node: SyntaxTreeNode, marks: Marks) -> str:
    url = str(node.attrs.get("href", ""))
    return marks.to(url, _plain(node.children), shown=_inline(node.children, marks))


def _plain(nodes: Sequence[SyntaxTreeNode]) -> str:
    """The words alone; of an image nothing."""
    kept = (node for node in nodes if node.type != "image")
    return "".join(
        " " if node.type in {"softbreak", "hardbreak"} else _plain(node.children) if node.children else node.content
        for node in kept
    )


Write = Callable[[SyntaxTreeNode, Marks], str]
BLOCKS: Mapping[str, Write] = {
    "paragraph": _paragraph,
    "heading": _heading,
    "fence": _code,
    "code_block": _code,
    "bullet_list": _list,
    "ordered_list": _list,
    "blockquote": _quote,
    "table": _table,
    "hr": lambda _node, _marks: "———",
}
SPANS: Mapping[str, Write] = {
    "inline": lambda node, marks: _inline(node.children, marks).strip(),
    "text": lambda node, marks: marks.text(node.content),
    "code_inline": lambda node, marks: marks.code(node.content),
    "strong": _emphasis,
    "em": _emphasis,
    "s": _emphasis,
    "link": _link,
    "softbreak": lambda _node, _marks: "\n",
    "hardbreak": lambda _node, _marks: "\n",
}
