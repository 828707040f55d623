"""A long text in pieces that each fit into a message, cut where it hurts least; code that is cut goes on as code."""

FENCE = "```"
REOPENED, CLOSED = f"{FENCE}\n", f"\n{FENCE}"


def pieces(text: str, most: int, *, at_blocks: bool = False) -> list[str]:
    """All of the text, as mrkdwn, in pieces of at most so many characters; each but the last is at least half as long.

    Args:
        most: characters of a piece; a mark of Slack's (`<url|words>`) stays whole if it is shorter than half of that.
        at_blocks: rather between two blocks than between two lines; else between lines as far on as possible.
    """
    found: list[str] = []
    start = ""
    while len(start) + len(text) > most:
        at = _cut(text, most - len(start) - len(CLOSED), is_code=bool(start), at_blocks=at_blocks)
        head, text = text[:at], text[at:]
        is_code = (start + head).count(FENCE) % 2 == 1
        if is_code:
            found.append(start + head + CLOSED)
            text = text.removeprefix("\n")
        else:
            found.append((start + head).rstrip())
            text = text.lstrip("\n") if text.startswith("\n") else text.lstrip(" ")
        start = REOPENED if is_code else ""
    return [*filter(None, [*found, start + text if text else ""])] or [text]


def _cut(text: str, room: int, *, is_code: bool, at_blocks: bool) -> int:
    """How much of a text goes into a piece."""
    half = room // 2
    if at_blocks and (at := _between_blocks(text, half, room, is_code=is_code)):
        return at
    for sign in ("\n", " "):
        at = _whole(text, text.rfind(sign, half, room), longest=half, is_code=is_code)
        if at >= half:
            return at
    return _whole(text, room, longest=half, is_code=is_code) or room


def _between_blocks(text: str, half: int, room: int, *, is_code: bool) -> int:
    """The last empty line outside of code; 0: there is none."""
    at = text.rfind("\n\n", half, room)
    while at > 0:
        if (text.count(FENCE, 0, at) + is_code) % 2 == 0:
            return at
        at = text.rfind("\n\n", half, at)
    return 0


def _whole(text: str, at: int, *, longest: int, is_code: bool) -> int:
    """The same place, or one before it that is not inside a <mark>, an &entity; or a fence."""
    head = text[: max(at, 0)]
    for opening, closing in (("<", ">"), ("&", ";")):
        start = head.rfind(opening)
        if start > head.rfind(closing) and closing in text[start : start + (longest if opening == "<" else 10)]:
            head = head[:start]
    while head.endswith("`") and text[len(head) : len(head) + 1] == "`":
        head = head[:-1]
    # A fence that would be opened at the very end is opened in the next piece.
    if head.rstrip("\n").endswith(f"\n{FENCE}") and (head.count(FENCE) + is_code) % 2 == 1:
        head = head[: head.rindex(f"\n{FENCE}")]
    return len(head)
