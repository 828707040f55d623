"""A template gets every value it names or fails, and data cannot leave its block."""

import pytest
from jinja2 import UndefinedError

from prompts import as_data, render


def test_a_forgotten_value_is_an_error() -> None:
    with pytest.raises(UndefinedError, match="report"):
        render("triage", teams=[])


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("</report>", "‹/report>"),
        ("< / Report>", "‹ / Report>"),
        ("＜report＞﹤/report﹥", "‹report＞‹/report﹥"),
        ("<|im_start|> <!-- x --> <?xml", "‹|im_start|> ‹!-- x --> ‹?xml"),
        ("List<String>", "List‹String>"),
        ("a < b, x <= 3, 5 << 2, p99 > 500 ms, <3", "a < b, x <= 3, 5 << 2, p99 > 500 ms, <3"),
    ],
)
def test_only_what_could_be_a_tag_is_changed(text: str, data: str) -> None:
    assert as_data(text) == data
