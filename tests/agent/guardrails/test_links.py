"""Which addresses may be links, and how the others are written."""

from agent.guardrails.links import Links, harmless


def test_an_address_in_the_words_of_others_is_made_harmless() -> None:
    links = Links(hosts=frozenset({"github.com"}), written=frozenset({"https://asked.example/x"}))
    text = "see https://evil.example/x, evil.example/y, https://github.com/acme and https://asked.example/x."
    assert harmless(text, links) == (
        "see hxxps://evil[.]example/x, evil[.]example/y, https://github.com/acme and https://asked.example/x."
    )
    assert harmless("&lt;https://asked.example/x&gt; &lt;https://evil.example/x&gt;", links) == (
        "&lt;https://asked.example/x&gt; &lt;hxxps://evil[.]example/x&gt;"
    )
