"""A model's Markdown keeps its meaning in Slack and on GitHub, and loses what could ping, mislead or tell a secret."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agent.guardrails.links import Links, host_of, links_for, trimmed
from agent.guardrails.marks import InSlack, OnGitHub
from agent.guardrails.outgoing import for_github, for_slack
from bot.settings import Settings

LINKS = Links(hosts=frozenset({"github.com", ".slack.com"}), written=frozenset({"https://asked.example/x"}))
SLACK = InSlack(links=LINKS, mentions=frozenset({"U1", "C1"}), names={"U2": "bob"})
GITHUB = OnGitHub(links=LINKS, names={"U2": "bob"})
TICKET, PULL = "https://acme.slack.com/archives/C1/p4", "https://github.com/acme/shop/pull/88"
OBJECTS = {"ch-4": TICKET, "acme/shop#88": PULL, "#88": PULL, "#7": "https://evil.example/7"}


@pytest.mark.parametrize(
    ("markdown", "said"),
    [
        ("CH-4, ch\u20114 & CH-5.", f"<{TICKET}|CH-4>, <{TICKET}|ch\u20114> &amp; CH-5."),
        ("**acme/shop#88** (#88)", f"*<{PULL}|acme/shop#88>* (<{PULL}|#88>)"),
        ("`CH-4` and\n```\n#88\n```", "`CH-4` and\n\n```\n#88\n```"),
        (f"[CH-4]({PULL}) {PULL}", f"<{PULL}|CH-4> <{PULL}|{PULL}>"),
        ("| CH-4 |\n|---|\n| #88 |", "```\nCH-4\n----\n#88\n```"),
        ("#7 #8 other/shop#88 [[R-4]]", "#7 #8 other/shop#88 [[R-4]]"),
    ],
    ids=["tickets", "pulls", "code", "links", "a table", "what has no address, or one that may not be a link"],
)
def test_what_has_an_address_becomes_a_link(markdown: str, said: str) -> None:
    marks = InSlack(links=LINKS, objects=OBJECTS)
    assert for_slack(markdown, marks) == said
    assert for_github("CH-4 #88", OnGitHub(links=LINKS, objects=OBJECTS)) == for_github("CH-4 #88", GITHUB)


@pytest.mark.parametrize(
    ("markdown", "said"),
    [
        ("# Why **it** fails\n\nBecause.", "*Why it fails*\n\nBecause."),
        ("**b** *i* ~~s~~ `c`", "*b* _i_ ~s~ `c`"),
        ("- a\n  - b\n\n1. c\n2. d", "• a\n    • b\n\n1. c\n2. d"),
        ("3. c\n   more", "3. c\n    more"),
        ("> a\n>\n> b", "> a\n>\n> b"),
        ("```py\nif a < b:\n    pass\n```", "```\nif a &lt; b:\n    pass\n```"),
        ("- a\n  ```\n  x\n  ```\n- ```\n  y\n  ```", "• a\n```\nx\n```\n•\n```\ny\n```"),
        ("| a | bb |\n|---|---|\n| `x` | **1** |", "```\na  bb\n-  --\nx  1\n```"),
        ("a\n\n---\n\nb", "a\n\n———\n\nb"),
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("<b>x</b><!-- y -->", "&lt;b&gt;x&lt;/b&gt;&lt;!-- y --&gt;"),
        ("snake_case_name 2 * 3", "snake_case_name 2 * 3"),
        ("", ""),
    ],
)
def test_markdown_becomes_slacks(markdown: str, said: str) -> None:
    assert for_slack(markdown, SLACK) == said


@pytest.mark.parametrize(
    ("markdown", "said"),
    [
        ("[#7](https://github.com/a/b/issues/7?x=1&y=2)", "<https://github.com/a/b/issues/7?x=1&amp;y=2|#7>"),
        ("https://github.com/a_b/c.", "<https://github.com/a_b/c|https://github.com/a_b/c>."),
        ("<https://acme.slack.com/archives/C1/p1|the thread>", "<https://acme.slack.com/archives/C1/p1|the thread>"),
        ("https://asked.example/x", "<https://asked.example/x|https://asked.example/x>"),
        ("https://asked.example/y", "hxxps://asked[.]example/y"),
        ("[log](https://evil.example/x)", "log (evil[.]example)"),
        ("[https://github.com](https://evil.example/x)", "hxxps://evil[.]example/x"),
        ("[see http://evil.example](https://github.com/x)", "<https://github.com/x|see hxxp://evil[.]example>"),
        ("`https://evil.example/x`", "`hxxps://evil[.]example/x`"),
        ("www.evil.example/x or evil.example/x", "www[.]evil[.]example/x or evil[.]example/x"),
        ("config.py, socket.io, github.com/a/b", "config.py, socket.io, github.com/a/b"),
        ("https://github.com@evil.example/", "hxxps://github[.]com@evil[.]example/"),
        ("https://evil.example\\@github.com/", "hxxps://evil[.]example@github[.]com/"),
        ("https://github.com.evil.example/", "hxxps://github[.]com[.]evil[.]example/"),
        ("[a](javascript:alert(1)) [b](mailto:a@b.c)", "[a](javascript:alert(1)) b"),
        (
            "![x](https://github.com/x.png) y [![z](https://github.com/z.png)](https://github.com/z)",
            "y <https://github.com/z|https://github.com/z>",
        ),
    ],
)
def test_links_lead_only_where_they_may(markdown: str, said: str) -> None:
    assert for_slack(markdown, SLACK) == said


@pytest.mark.parametrize(
    ("markdown", "said"),
    [
        ("<!channel> <!here|@here> <!subteam^S1|@ops>", "＠channel ＠here ＠ops"),
        ("@channel, @here and a@here.example", "＠channel, ＠here and a@here.example"),
        ("&lt;!channel&gt; `<!channel>`", "＠channel `&lt;!channel&gt;`"),
        ("<@U1> <@U2> <@U3|eve> <@U4> <#C1|ops> <#C2|secret>", "<@U1> ＠bob ＠eve ＠U4 <#C1> #secret"),
        ("<!date^1^{date}|noon>", "noon"),
        ("```\n<!channel>\n```", "```\n&lt;!channel&gt;\n```"),
        ("[<!channel>](https://github.com)", "<https://github.com|&lt;!channel&gt;>"),
        (
            "the password: hunter2x and xoxb-1234567890-abcdef",
            "the password: [redacted:secret] and [redacted:slack-token]",
        ),
        ("xoxb&#45;1234567890-abcdef \u202ea\u200bb", "[redacted:slack-token] ab"),
    ],
)
def test_nobody_is_called_who_need_not_be_and_no_secret_is_told(markdown: str, said: str) -> None:
    assert for_slack(markdown, SLACK) == said


@pytest.mark.parametrize(
    ("markdown", "said"),
    [
        ("# Why\n\n**b** *i* ~~s~~ `c` snake_case", "# Why\n\n**b** *i* ~~s~~ `c` snake_case"),
        ("- a\n  - b\n\n2. c", "- a\n  - b\n\n2. c"),
        ("- [ ] a\n- [x] b\n\n192.168.0.1 (1) 2", "- [ ] a\n- [x] b\n\n192.168.0.1 (1) 2"),
        ("- a\n\n  ```py\n  x\n  ```", "- a\n\n  ```py\n  x\n  ```"),
        ("| a | b |\n|---|---|\n| x \\| y | @bob |", "| a | b |\n| --- | --- |\n| x \\| y | `@bob` |"),
        ("fixes #7 of acme/shop#8 by @bob and @acme/team.", "fixes #7 of acme/shop#8 by `@bob` and `@acme/team`."),
        ("\\`@bob\\` a@b.c <@U2> <!channel>", "\\``@bob`\\` a@b.c `bob` `channel`"),
        ("/close\nplease /opencode run, not /usr/bin", "`/close`\nplease `/opencode` run, not /usr/bin"),
        ("/usr/bin/x", "\\/usr/bin/x"),
        ("```\n/close\n/usr/bin\n```", "```\n› /close\n/usr/bin\n```"),
        ("````\n```\n````", "````\n```\n````"),
        (
            "[log](https://evil.example) [ok @bob](https://github.com/a_(b))",
            "log (evil\\[.\\]example) [ok `@bob`](https://github.com/a_%28b%29)",
        ),
        ("https://github.com/a/b", "<https://github.com/a/b>"),
        ("<details>x</details> \\# no heading", "\\<details\\>x\\</details\\> # no heading"),
        ("\\- no list\n1986\\. A year", "\\- no list\n1986\\. A year"),
        ("![x](https://github.com/x.png)done [[R-9]]", "done"),
        ("`<!-- chargehand:turn:1 -->` <!-- x", "`&lt;!-- chargehand:turn:1 -->` \\<!-- x"),
        ("token = ghp_abcdefghijklmnopqrstuvwxyz0123", "token = \\[redacted:github-token\\]"),
    ],
)
def test_markdown_for_github(markdown: str, said: str) -> None:
    assert for_github(markdown, GITHUB) == said


MEAN = [
    *(
        "<!channel>",
        "<!here>",
        "<!subteam^S1>",
        "<@U9>",
        "<",
        "!",
        "channel",
        ">",
        "@",
        "everyone",
        "|",
        "&lt;",
        "&#60;",
    ),
    *(
        "\\",
        "`",
        "```",
        "\n",
        "\n\n",
        "*",
        "_",
        "[",
        "](",
        ")",
        "![",
        "~~",
        "\u200b",
        "a",
        " ",
        "- ",
        "> ",
        "# ",
        "1. ",
    ),
    *("https://evil.example/", "http:", "//evil.example", "https://github.com/a", "<https://evil.example|", "    "),
    *("[R-9]: https://evil.example\n", "| a |\n|--|\n| ", "/close", "@bob"),
]
MIXED = st.lists(st.sampled_from(MEAN), max_size=25).map("".join)


@given(MIXED)
@example("<!chan\u200bnel>")
@example("[<](!channel>)")
def test_no_mark_of_slacks_comes_from_a_model(markdown: str) -> None:
    said = for_slack(markdown, SLACK)
    for mark in re.findall("<[^<]*", said):
        assert re.match(r"<https://github\.com/a[^<>|\s]*\|[^<>|]*>", mark), said
    assert "://evil.example" not in said.replace("https://github.com", "")
    assert (
        not re.search(r"(?<![a-z])@(channel|everyone)\b", re.sub(r"```.*?```|`[^`\n]*`", "", said, flags=re.DOTALL))
        or "`" in markdown
    )


@given(MIXED)
def test_nothing_on_github_calls_or_commands(markdown: str) -> None:
    said = for_github(markdown, GITHUB)
    assert not re.search(r"^\s*/close\b(?!/)", said, re.MULTILINE), said
    assert "](https://evil" not in said
    again = for_github(said, GITHUB)
    assert "<!--" not in again


@given(
    st.text(alphabet=st.characters(categories=["L", "N"]), min_size=1, max_size=30),
    st.sampled_from(["- {}", "> {}", "# {}", "{}", "1. {}", "**{}**", "- - > {}", "```\n{}\n```"]),
)
def test_words_are_not_lost(word: str, frame: str) -> None:
    for said in (for_slack(frame.format(word), SLACK), for_github(frame.format(word), GITHUB)):
        assert word in said


def test_what_is_too_long_for_github_is_cut_and_says_so() -> None:
    assert for_github("word\n\n" * 20_000, GITHUB)[-40:].endswith("word\n\n[cut here: 60006 more characters]")
    assert len(for_github("x" * 200_000, GITHUB)) < 60_100


def test_deep_nesting_and_long_texts_arrive() -> None:
    assert "deep" in for_slack("> " * 40 + "deep", SLACK)
    assert for_slack("word\n\n" * 4000, SLACK).count("word") == 4000


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://GitHub.com/x", "github.com"),
        ("http://github.com:8080", "github.com"),
        ("https://a@github.com/", ""),
        ("https://github.com\\x", ""),
        ("ftp://github.com", ""),
        ("https:///github.com", ""),
        ("https://gіthub.com", ""),
        ("https://[::1", ""),
        ("", ""),
    ],
)
def test_the_host_of_an_address(url: str, host: str) -> None:
    assert host_of(url) == host


def test_an_address_ends_where_its_sentence_goes_on() -> None:
    assert trimmed("https://a.example/b_(c)),") == "https://a.example/b_(c)"
    assert trimmed("https://a.example/b?!…") == "https://a.example/b"


def test_which_links_may_stand_follows_the_settings() -> None:
    settings = Settings(
        _env_file=None,
        github_api_url="https://ghe.acme.dev/api/v3",
        public_url="https://bot.acme.dev",
        link_hosts="docs.acme.dev, .wiki.dev",
    )
    links = links_for(settings, "look at https://other.example/a?b=1&amp;c=ü.")
    allowed = [
        "ghe.acme.dev/x",
        "bot.acme.dev",
        "docs.acme.dev/x",
        "wiki.dev",
        "a.wiki.dev",
        "acme.slack.com",
        "slack.com",
    ]
    refused = [
        "github.com/x",
        "acme.dev",
        "x.docs.acme.dev",
        "evilwiki.dev",
        "notslack.com",
        "other.example/b",
        "xn--a.example",
    ]
    assert [host for host in allowed if not links.may_stand(f"https://{host}")] == []
    assert [host for host in refused if links.may_stand(f"https://{host}")] == []
    assert links.may_stand("https://other.example/a?b=1&c=ü")
    assert for_slack("https://other.example/a?b=1&c=ü", InSlack(links=links)).startswith("<https://other.example/a")
    assert not links.may_stand(f"https://docs.acme.dev/{'x' * 2000}")
    assert links_for(Settings(_env_file=None), "").may_stand("https://github.com/acme/shop")
