"""The servers with models: CHARGEHAND_LLM__<NAME>__… says what each is, CHARGEHAND_LLM_CHAIN their order."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationInfo

Role = Literal["small", "main", "large"]
Kind = Literal["anthropic", "openai_compatible", "offline"]
Mode = Literal["native", "json_schema", "none"]

BUILT_IN = "anthropic"  # the provider that ANTHROPIC_API_KEY alone makes
OFFLINE = "offline"
LARGE = "claude-opus-5-5"
ANTHROPIC_URL = "https://api.anthropic.com"


class Provider(BaseModel):
    """What is set of one server; the fields are the ends of the names of its settings."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True)

    kind: Kind
    """`anthropic` (Messages API), `openai_compatible` (chat completions: llama.cpp, Ollama, vLLM) or `offline`."""
    base_url: str = Field(default="", pattern=r"^$|^https?://[^/\s]+")
    """Where it is, as http://127.0.0.1:8080/v1; of `anthropic` unset ANTHROPIC_BASE_URL."""
    api_key: SecretStr | None = None
    """Its key, if it wants one; of `anthropic` unset ANTHROPIC_API_KEY."""
    model_small: str = ""
    """Model id for triage, plain words and the router; of `anthropic` unset CHARGEHAND_MODEL_FAST, else MODEL_MAIN."""
    model_main: str = ""
    """Model id for specialists and second opinions; of `anthropic` unset CHARGEHAND_MODEL; others need it."""
    model_large: str = ""
    """Model id for reviews and causes; of `anthropic` unset `claude-opus-5-5`, else MODEL_MAIN."""
    tools: Mode | None = None
    """What its models can: `native` tools, answers by `json_schema`, or `none`; unset, what `llm check` found."""
    context_tokens: int | None = Field(default=None, ge=1024)
    """Tokens that its models can read, the answer included; what seems to be more is cut before it is sent."""
    max_output_tokens: int | None = Field(default=None, ge=16)
    """Tokens that an answer may have at most."""
    rpm: int | None = Field(default=None, ge=1)
    """Calls in a minute, over all processes; unset CHARGEHAND_LLM_REQUESTS_PER_MINUTE."""
    tpm: int | None = Field(default=None, ge=1)
    """Tokens in a minute, over all processes; unset CHARGEHAND_LLM_TOKENS_PER_MINUTE."""
    concurrency: int | None = Field(default=None, ge=1, le=1000)
    """Calls at the same time, over all processes; unset CHARGEHAND_LLM_CONCURRENCY."""
    private: Literal["allow", "deny"] = "allow"
    """`deny`: it never gets words of private channels and direct messages, nor what is asked for the asker alone."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """One provider of the chain, with all that was left to other settings filled in."""

    name: str
    kind: Kind
    base_url: str
    models: Mapping[Role, str]
    api_key: str = field(default="", repr=False)
    tools: Mode | None = None
    context_tokens: int | None = None
    max_output_tokens: int | None = None
    rpm: int
    tpm: int
    concurrency: int
    takes_private: bool = True

    @property
    def model_ids(self) -> list[str]:
        """Each model once, the small one first."""
        return list(dict.fromkeys(self.models.values()))


@dataclass(frozen=True, kw_only=True)
class Unset:
    """What counts for a provider where its own setting is unset."""

    api_key: str
    base_url: str
    small: str
    main: str
    rpm: int
    tpm: int
    concurrency: int


def names_of(chain: str) -> list[str]:
    return [name.strip().lower() for name in chain.split(",") if name.strip()]


def servers(chain: str, known: Mapping[str, Provider], unset: Unset) -> tuple[Server, ...]:
    """Who is asked, in order; without a chain whoever ANTHROPIC_API_KEY is for. What is offline is nobody."""
    names = names_of(chain) or ([BUILT_IN] if unset.api_key else [])
    found = [(name, known.get(name) or Provider(kind="anthropic")) for name in names if name != OFFLINE]
    return tuple(_server(name, one, unset) for name, one in found if one.kind != OFFLINE)


def _server(name: str, one: Provider, unset: Unset) -> Server:
    is_anthropic = one.kind == "anthropic"
    main = one.model_main or (unset.main if is_anthropic else "")
    own_key = one.api_key.get_secret_value() if one.api_key else ""
    return Server(
        name=name,
        kind=one.kind,
        base_url=one.base_url or unset.base_url,
        # A key is for the server that it was made for: one with another address is not sent ANTHROPIC_API_KEY.
        api_key=own_key or (unset.api_key if is_anthropic and not one.base_url else ""),
        models={
            "small": one.model_small or (unset.small if is_anthropic and not one.model_main else main),
            "main": main,
            "large": one.model_large or (LARGE if is_anthropic and not one.model_main else main),
        },
        tools=one.tools,
        context_tokens=one.context_tokens,
        max_output_tokens=one.max_output_tokens,
        rpm=one.rpm or unset.rpm,
        tpm=one.tpm or unset.tpm,
        concurrency=one.concurrency or unset.concurrency,
        takes_private=one.private == "allow",
    )


def _chain(value: str, info: ValidationInfo) -> str:
    known: Mapping[str, Provider] = info.data.get("llm", {})
    for name in names_of(value):
        if name not in {*known, BUILT_IN, OFFLINE}:
            raise ValueError(
                f"names {name}, of which nothing is set; "
                f"example: CHARGEHAND_LLM__{name.upper()}__KIND=openai_compatible"
            )
    if OFFLINE in names_of(value)[:-1]:
        raise ValueError("has `offline` before others, which would never be asked; example: main,local,offline")
    return value


def _known(value: dict[str, Provider]) -> dict[str, Provider]:
    for name, one in value.items():
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,31}", name):
            raise ValueError(
                "has a name that is no word of letters, digits and _; example: CHARGEHAND_LLM__LOCAL__KIND"
            )
        if one.kind == "openai_compatible" and not (one.base_url and one.model_main):
            raise ValueError(
                f"leaves {name} without BASE_URL or MODEL_MAIN; example: "
                f"CHARGEHAND_LLM__{name.upper()}__BASE_URL=http://127.0.0.1:8080/v1"
            )
    return value


Chain = Annotated[str, AfterValidator(_chain)]
Providers = Annotated[dict[str, Provider], AfterValidator(_known)]
