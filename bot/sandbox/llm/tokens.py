"""The stand-in's own tokenizer: fixed, so that a bill can be foretold, and not the guess of whoever is tested."""

from math import ceil

# The first byte of a character that UTF-8 writes in one, two, three or four bytes.
FIRST = (bytes(range(0x80)), bytes(range(0xC0, 0xE0)), bytes(range(0xE0, 0xF0)), bytes(range(0xF0, 0x100)))


def count(text: str) -> int:
    """How many tokens a text has, at least one.

    Four characters of ASCII are one, as are two that UTF-8 writes in two bytes and each that it writes in three; an
    emoji is two.
    """
    if text.isascii():
        return max(1, ceil(len(text) / 4))
    written = text.encode(errors="surrogatepass")
    one, two, three, four = (len(written) - len(written.translate(None, first)) for first in FIRST)
    return max(1, ceil(one / 4) + ceil(two / 2) + three + 2 * four)
