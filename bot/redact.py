"""Takes secrets out of a text before it reaches a model or a log: each leaves its kind, `[redacted:slack-token]`.

They are known by their shape, by the name they are given, and, our own ones, by their very value.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from urllib.parse import quote

# Every pattern runs in linear time: it starts where no earlier match of its own could be under way, or is bounded.
START = r"(?<![\w-])"
KNOWN = {
    "private-key": r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----(?s:.*?)"
    r"(?:-----END [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----|\Z)",
    "slack-token": START + r"(?:xox[a-z]|xapp|xoxe\.xox[bp])-[A-Za-z0-9-]{8,}",
    "slack-webhook": r"https://hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/[\w/-]{10,}",
    "github-token": START + r"(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,})",
    "gitlab-token": START + r"gl(?:pat|dt|rt)-[\w-]{20,}",
    "aws-key": START + r"(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{16}(?!\w)",
    "jwt": START + r"eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*",
    "stripe-key": START + r"(?:(?:[srp]k)_(?:live|test)_[A-Za-z0-9]{10,}|whsec_[A-Za-z0-9+/=]{16,})",
    "model-key": START + r"sk-(?=[\w-]*\d)[\w-]{20,}",
    "google-key": START + r"(?:AIza[\w-]{35}|ya29\.[\w-]{20,})",
    "sendgrid-key": START + r"SG\.[\w-]{16,}\.[\w-]{16,}",
    "package-token": START + r"(?:npm_[A-Za-z0-9]{30,}|pypi-[\w-]{40,}|hf_[A-Za-z0-9]{30,})",
}
KNOWN_SECRET = re.compile("|".join(f"(?P<{kind.replace('-', '_')}>{pattern})" for kind, pattern in KNOWN.items()))

# Bounded, as mail servers are: 64 characters before the sign, 63 in each part behind it.
ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")

URL_PASSWORD = re.compile(r"((?<![\w+.-])[A-Za-z][\w+.-]{1,20}://[^\s/:@]{0,100}:)[^\s/@]{1,200}(?=@)")
AUTHORIZATION = re.compile(
    r"(\bauthorization[\"']?\s{0,3}[:=]\s{0,3}[\"']?(?:bearer|basic|token)\s{1,3}|\bbearer\s{1,3}(?=[\w.~+/-]{0,200}\d))"
    r"[\w.~+/-]{8,}={0,2}",
    re.IGNORECASE,
)
KEY = (
    r"(?:password|passwd|passphrase|passcode|pwd|secret|token|credential|dsn"
    r"|(?:api|access|auth|private|signing|encryption|account)[ _-]?key|(?:secret|client)[ _-](?:key|secret))"
)
MARK = r"\[redacted:[a-z-]{2,20}\]"  # is passed over: "secret]" in it is no name that a value follows
ASSIGNED = re.compile(
    rf"{MARK}|(?P<key>{KEY}[\"'\]]?(?P<sign>(?>\s{{0,3}}(?::=|=>|[:=])\s{{0,3}}|\s{{1,3}}is\s{{1,3}})))"
    r"(?P<quote>[\"'`]?+)(?!\[redacted:)(?P<value>(?<=\")[^\"\n]{4,200}|(?<=')[^'\n]{4,200}|[^\s\"'`,;&<>]{4,200})",
    re.IGNORECASE,
)
HEADER = re.compile(
    r"(\b(?:set-)?cookie[\"']?\s{0,3}[:=]\s{0,3}[\"']?|\bx-hub-signature(?:-256)?[\"']?\s{0,3}[:=]\s{0,3}[\"']?)"
    r"(?!\[redacted:)[^\s\"'][^\n\"']{0,4000}",
    re.IGNORECASE,
)
FLAG = re.compile(rf"(\s--?{KEY}[ \t]{{1,3}})(?!\[redacted:|-)[^\s\"']{{4,200}}", re.IGNORECASE)
AFTER_KEY = re.compile(
    r"(\b(?:key|secret|token|credentials?|signature|cookie|session)\b(?:\s{1,3}is)?[\s:=\"'`(]{1,4})"
    r"(?P<value>[A-Za-z0-9+/_-]{32,200}={0,2})",
    re.IGNORECASE,
)

PLACEHOLDER = re.compile(
    r"[<${%].*|\*+|x+|\.+|(?:null|none|nil|undefined|true|false|required|optional|missing|empty|expired|invalid|wrong|changeme|example"
    r"|string|unset|redacted|hidden|(?:os|env|process|settings|config|self|secrets|vault)[.\[(].*)",
    re.IGNORECASE,
)
# Nothing above matches a text that has none of these in lower case: most fields of a log line need this one look.
HINT = re.compile(
    "xox|xapp|hooks.slack|ghp_|gho_|ghu_|ghs_|ghr_|github_pat_|glpat-|gldt-|glrt-|akia|asia|aroa|aida|eyj|sk_|rk_|pk_|whsec_|sk-"
    "|aiza|ya29|sg.|npm_|pypi-|hf_|-----begin|://|authorization|bearer|pass|pwd|secret|token|credential|dsn|key|signature"
    "|cookie|session".replace(".", r"\.")
)
NAMED = re.compile(
    r"(?:.*[_-])?(?:authorization|token|secrets?|password|passwd|cookies?|signature(?:-256)?|key|dsn)", re.IGNORECASE
)
OUR_KEYS = {"dedupe_key", "effect_key", "message_key", "supersede_key"}  # names of things, not what opens them
SHORTEST_SECRET = 8
LONG_ENOUGH = 16  # for a secret of lower-case letters alone: a shorter one may be a word that people write
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
RANDOM_BITS = 3.0  # per character; English words joined by dashes fail on their missing digits, not on this


class OwnSecrets:
    """The values that this process itself was given; whoever reads one names it here, and no text shows it again."""

    def __init__(self) -> None:
        self._values: set[str] = set()
        self._any: re.Pattern[str] | None = None

    def learn(self, values: Iterable[str]) -> None:
        """Remember values; one that could be a word of a sentence is left out."""
        new = {form for value in values if _is_secret(value) for form in (value, quote(value, safe=""))} - self._values
        if new:
            self._values |= new
            longest_first = sorted(self._values, key=len, reverse=True)
            self._any = re.compile("|".join(map(re.escape, longest_first)))

    def hide(self, text: str) -> str:
        """The text without any of them."""
        return self._any.sub("[redacted:own-secret]", text) if self._any else text


OWN = OwnSecrets()


def _is_secret(value: str) -> bool:
    return len(value) >= SHORTEST_SECRET and (len(value) >= LONG_ENOUGH or not (value.isalpha() and value.islower()))


def redact(text: str) -> str:
    """The text with each secret replaced by `[redacted:<kind>]`; doing it twice changes nothing more."""
    text = OWN.hide(text)
    if not HINT.search(text.lower()):
        return text
    text = KNOWN_SECRET.sub(_by_kind, text)
    text = URL_PASSWORD.sub(r"\1[redacted:password]", text)
    text = AUTHORIZATION.sub(r"\1[redacted:authorization]", text)
    text = HEADER.sub(r"\1[redacted:secret]", text)
    text = FLAG.sub(r"\1[redacted:secret]", text)
    text = ASSIGNED.sub(_assigned, text)
    return AFTER_KEY.sub(_random, text)


def redact_addresses(text: str) -> str:
    """The text without secrets, and with `[redacted:email]` for each e-mail address."""
    return ADDRESS.sub("[redacted:email]", redact(text))


def redact_fields(fields: Mapping[str, object]) -> dict[str, object]:
    """The fields of a log line, however deep: what has a secret's name goes, and every text is redacted."""
    return {name: _field(name, value) for name, value in fields.items()}


def _field(name: object, value: object) -> object:
    if isinstance(value, str):
        return "[redacted:secret]" if value and _names_a_secret(name) else redact(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if _names_a_secret(name):
        return "[redacted:secret]"
    if isinstance(value, Mapping):
        return {str(inner): _field(inner, one) for inner, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_field("", one) for one in value]
    return redact(str(value))


@lru_cache(maxsize=1000)
def _names_a_secret(name: object) -> bool:
    return isinstance(name, str) and name not in OUR_KEYS and NAMED.fullmatch(name) is not None


def _by_kind(match: re.Match[str]) -> str:
    return f"[redacted:{str(match.lastgroup).replace('_', '-')}]"


def _assigned(match: re.Match[str]) -> str:
    if match["key"] is None:
        return match[0]
    value, sign = match["value"], match["sign"].strip().lower()
    if match["key"].lower().startswith("dsn") and "@" in value:  # an address that carries its key
        return f"{match['key']}{match['quote']}[redacted:secret]"
    plausible = _plausible(value.rstrip(".)!?"), is_code="=" in sign or bool(match["quote"]), is_prose=sign == "is")
    return f"{match['key']}{match['quote']}[redacted:secret]" if plausible else match[0]


def _plausible(value: str, *, is_code: bool, is_prose: bool) -> bool:
    """Whether somebody would use this as a secret: “password: hunter2” is one, “password: please reset” is not."""
    if len(value) < 4 or PLACEHOLDER.fullmatch(value) or UUID.fullmatch(value) or "://" in value:
        return False
    has_digit = any(char.isdigit() for char in value)
    has_letter = any(char.isalpha() for char in value)
    if is_code and not is_prose:
        return True
    odd = not value.isalnum() and not value.replace("-", "").replace("'", "").isalpha()
    return len(value) >= 6 and ((has_digit and has_letter) or (odd and not is_prose))


def _random(match: re.Match[str]) -> str:
    value = match["value"]
    return f"{match[1]}[redacted:secret]" if _looks_random(value) else match[0]


def _looks_random(value: str) -> bool:
    if UUID.fullmatch(value) or not any(char.isdigit() for char in value):
        return False
    is_hex = all(char in "0123456789abcdefABCDEF" for char in value)
    mixed = any(char.islower() for char in value) and any(char.isupper() for char in value)
    counts = Counter(value).values()
    bits = -sum(count / len(value) * math.log2(count / len(value)) for count in counts)
    return (is_hex or mixed) and bits >= RANDOM_BITS
