"""A bad setting is named with its problem and an example, and its value never shown."""

from pathlib import Path

import pytest

from bot import redact
from bot.errors import SettingsError
from bot.settings import Settings, env_name, read_settings, switched_off


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for field in Settings.model_fields:
        monkeypatch.delenv(env_name(field), raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("SLACK_BOT_TOKEN", "sk-secret-1", "is not a Slack token; bot tokens look like xoxb-1-abc"),
        ("SLACK_API_URL", "slack-secret", "is not an http(s) URL; example: https://slack.com/api/"),
        ("DATABASE_URL", "mysql://secret", "is neither SQLite nor PostgreSQL; examples: sqlite:///data/chargehand.db"),
        ("DATABASE_URL", "postgresql://me:secret@db:port/x", "cannot be read; example: postgresql://me:password@db."),
        ("CHARGEHAND_HTTP_PORT", "99999secret", "input should be a valid integer"),
        ("CHARGEHAND_HTTP_PORT", "70000", "input should be less than or equal to 65535; example: 8080"),
        ("CHARGEHAND_LOG_LEVEL", "secret", "input should be 'debug', 'info', 'warning' or 'error'; example: info"),
        ("GITHUB_API_URL", "secret", "is not an http(s) URL"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "secret:4318", "is not an http(s) URL; example: http://127.0.0.1:4318"),
        ("CHARGEHAND_WEBHOOK_RATE", "secret", "is not NUMBER/UNIT with a number above 0; example: 100/minute"),
        ("CHARGEHAND_WEBHOOK_RATE", "0/minute", "is not NUMBER/UNIT with a number above 0; example: 100/minute"),
        ("CHARGEHAND_TRUSTED_PROXIES", "secret", "is not a list of networks; example: 10.0.0.0/8,192.0.2.7"),
        ("CHARGEHAND_WEBHOOK_NETWORKS", "github,secret", "is not a list of networks; example: 10.0.0.0/8,192.0.2.7"),
        ("CHARGEHAND_SECRET_KEYS", "secret", "is not a list of Fernet keys of 44 characters each"),
        ("CHARGEHAND_GITHUB_CHANNEL", "#secret", "is not a channel's id; it looks like C012ABCDEF"),
        (
            "CHARGEHAND_LINK_HOSTS",
            "https://secret/x",
            "is not a list of host names without https:// and paths; example",
        ),
        ("CHARGEHAND_CLAIM_CHECK", "secret", "input should be 'all', 'writes' or 'off'; example: writes"),
        ("CHARGEHAND_STATUS_EMOJI", "open=secret", "needs one emoji for each of open, in_progress, resolved, closed"),
        (
            "CHARGEHAND_STATUS_EMOJI",
            "open=a,in_progress=b,resolved=white_check_mark,closed=d",
            "may not use white_chec",
        ),
        ("CHARGEHAND_STATUS_EMOJI", "open=a,in_progress=a,resolved=c,closed=d", "must use a different emoji for each"),
        (
            "CHARGEHAND_STATUS_EMOJI",
            "open=eyes,in_progress=b,resolved=c,closed=d",
            "must use a different emoji for each",
        ),
        (
            "CHARGEHAND_STATUS_EMOJI",
            "open=the secret,in_progress=b,resolved=c,closed=d",
            "has what can be no name of an emoji",
        ),
        ("CHARGEHAND_ABSENCE_EMOJI", "palm_tree,Secret!", "has what can be no name of an emoji"),
    ],
)
def test_a_bad_value_names_the_setting_and_the_problem(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, problem: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as error:
        read_settings()
    assert str(error.value).startswith(f"{name} {problem}")
    assert "secret" not in str(error.value)


def test_all_bad_values_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHARGEHAND_WORKER_CONCURRENCY", "0")
    monkeypatch.setenv("CHARGEHAND_TEAM_FLOOR", "2")
    with pytest.raises(SettingsError) as error:
        read_settings()
    assert [line.split()[0] for line in str(error.value).splitlines()] == [
        "CHARGEHAND_WORKER_CONCURRENCY",
        "CHARGEHAND_TEAM_FLOOR",
    ]


def test_the_environment_and_the_env_file_are_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("CHARGEHAND_ADMINS=U1, Ada@Example.com ,\nSLACK_BOT_TOKEN=\n")
    monkeypatch.setenv("CHARGEHAND_STATUS_EMOJI", "open=:a:, in_progress=b,resolved=c,closed=d")
    settings = read_settings()
    assert settings.admin_names == {"U1", "ada@example.com"}
    assert settings.emoji == {"open": "a", "in_progress": "b", "resolved": "c", "closed": "d"}
    assert settings.slack_bot_token is None
    assert settings.database == Path("data/chargehand.db")


def test_secrets_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1-hidden")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-hidden")
    settings = read_settings()
    assert "hidden" not in repr(settings) + str(settings.model_dump())


def test_a_url_gets_its_slash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_API_URL", "http://127.0.0.1:9/api")
    assert read_settings().slack_api_url == "http://127.0.0.1:9/api/"


def test_what_is_off_names_the_setting_that_turns_it_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHARGEHAND_REMINDERS", "off")
    assert [off.setting for off in switched_off(read_settings())] == [
        "SLACK_BOT_TOKEN",
        "SLACK_APP_TOKEN",
        "ANTHROPIC_API_KEY",
        "GITHUB_WEBHOOK_SECRET",
        "CHARGEHAND_GITHUB_CHANNEL",
        "GITHUB_TOKEN",
        "CHARGEHAND_ADMINS",
        "CHARGEHAND_REMINDERS",
        "CHARGEHAND_BACKUP_DIR",
    ]


def test_every_setting_says_what_it_is_for() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


@pytest.mark.parametrize("password", ["h#unter/24", "h%23unter%2F24"])
def test_the_database_s_password_is_hidden_from_then_on(monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://me:{password}@db/chargehand")
    read_settings()
    assert "unter" not in redact.OWN.hide("no way in with h#unter/24 today")


LOCAL = {
    "KIND": "openai_compatible",
    "BASE_URL": "http://127.0.0.1:8080/v1",
    "MODEL_MAIN": "qwen",
    "API_KEY": "hush-0123456789abcdef",
}


def set_local(monkeypatch: pytest.MonkeyPatch, *, chain: str = "local", **more: str) -> None:
    monkeypatch.setenv("CHARGEHAND_LLM_CHAIN", chain)
    for name, value in (LOCAL | more).items():
        monkeypatch.setenv(f"CHARGEHAND_LLM__LOCAL__{name}", value)


def test_the_chain_is_made_of_what_is_set_of_each_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    set_local(monkeypatch, chain="Local, anthropic,offline", MODEL_SMALL="tiny", PRIVATE="deny", RPM="5", TOOLS="none")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-1")
    monkeypatch.setenv("CHARGEHAND_MODEL_FAST", "quick")
    local, far = read_settings().servers
    assert (local.name, local.kind, local.base_url) == ("local", "openai_compatible", "http://127.0.0.1:8080/v1")
    assert local.models == {"small": "tiny", "main": "qwen", "large": "qwen"}
    assert (local.takes_private, local.rpm, local.tpm, local.tools) == (False, 5, 400_000, "none")
    assert far.models == {"small": "quick", "main": "claude-sonnet-5-5", "large": "claude-opus-5-5"}
    assert (far.api_key, far.takes_private) == ("sk-ant-1", True)
    assert "0123456789abcdef" not in repr(read_settings()) + repr(local)
    assert "0123456789abcdef" not in redact.OWN.hide("no way in with hush-0123456789abcdef today")


def test_a_key_stays_with_the_server_it_is_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-1")
    monkeypatch.setenv("CHARGEHAND_LLM_CHAIN", "near,main")
    monkeypatch.setenv("CHARGEHAND_LLM__NEAR__KIND", "anthropic")
    monkeypatch.setenv("CHARGEHAND_LLM__NEAR__BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("CHARGEHAND_LLM__MAIN__KIND", "anthropic")
    assert [server.api_key for server in read_settings().servers] == ["", "sk-ant-1"]


def test_without_a_chain_there_is_whom_the_key_is_for_or_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_settings().servers == ()
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-1")
    [server] = read_settings().servers
    assert (server.name, server.base_url) == ("anthropic", "https://api.anthropic.com")
    monkeypatch.setenv("CHARGEHAND_LLM_CHAIN", "offline")
    assert read_settings().servers == ()


@pytest.mark.parametrize(
    ("chain", "more", "problem"),
    [
        (
            "local,other",
            {},
            "CHARGEHAND_LLM_CHAIN names other, of which nothing is set; example: CHARGEHAND_LLM__OTHER",
        ),
        ("offline,local", {}, "CHARGEHAND_LLM_CHAIN has `offline` before others"),
        ("local", {"KIND": "secret"}, "CHARGEHAND_LLM__LOCAL__KIND input should be 'anthropic', 'openai_compatible'"),
        ("local", {"KNID": "secret"}, "CHARGEHAND_LLM__LOCAL__KNID extra inputs are not permitted"),
        (
            "local",
            {"TOOLS": "secret"},
            "CHARGEHAND_LLM__LOCAL__TOOLS input should be 'native', 'json_schema' or 'none'",
        ),
        ("local", {"BASE_URL": "secret"}, "CHARGEHAND_LLM__LOCAL__BASE_URL string should match pattern"),
        (
            "local",
            {"MODEL_MAIN": ""},
            "CHARGEHAND_LLM leaves local without BASE_URL or MODEL_MAIN; example: CHARGEHAND",
        ),
    ],
)
def test_a_bad_provider_is_named(
    monkeypatch: pytest.MonkeyPatch, chain: str, more: dict[str, str], problem: str
) -> None:
    set_local(monkeypatch, chain=chain, **more)
    with pytest.raises(SettingsError) as error:
        read_settings()
    assert str(error.value).splitlines()[0].startswith(problem)
    assert "secret" not in str(error.value)


def test_providers_are_not_set_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHARGEHAND_LLM", "secret")
    with pytest.raises(SettingsError, match="CHARGEHAND_LLM is no setting by itself"):
        read_settings()
