"""Logs that an operator can follow: one line an event, with the correlation id that goes from envelope to effect.

Our own lines and those of the libraries (aiohttp, Bolt, SQLAlchemy, githubkit, asyncio) take the same way out, and
nothing leaves it before the secrets are taken out.
"""

import logging
import sys
from collections.abc import Callable
from typing import Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from bot.redact import redact_fields

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
PIPE = "chargehand"
# What these say at a lower level, we say ourselves, or it tells of bodies and headers.
QUIET = {
    "slack_bolt": logging.ERROR,
    "slack_sdk": logging.ERROR,
    "apscheduler": logging.ERROR,
    "aiohttp.access": logging.ERROR,
    "httpx": logging.WARNING,
    "httpx2": logging.WARNING,
    "anthropic": logging.WARNING,
    "githubkit": logging.WARNING,
    "sqlalchemy": logging.WARNING,
    "alembic": logging.WARNING,
    "aiosqlite": logging.WARNING,
    "asyncio": logging.WARNING,
    "opentelemetry": logging.ERROR,
    "urllib3": logging.WARNING,
}


def set_up_logs(
    level: Literal["debug", "info", "warning", "error"],
    *,
    form: Literal["auto", "json", "console"] = "auto",
    stream: TextIO | None = None,
) -> None:
    """One line an event on `stream`, standard output if none is given; `auto`: readable ones on a terminal."""
    out = stream or sys.stdout
    is_console = form == "console" or (form == "auto" and out.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        _timestamp,
        structlog.processors.format_exc_info,
        _hide_secrets,
    ]
    renderer: Processor = (
        structlog.dev.ConsoleRenderer(colors=out.isatty()) if is_console else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=structlog.PrintLoggerFactory(out),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *shared, renderer],
        )
    )
    handler.set_name(PIPE)
    root = logging.getLogger()
    root.handlers = [*(other for other in root.handlers if other.get_name() != PIPE), handler]
    root.setLevel(max(LEVELS[level], logging.INFO))
    logging.captureWarnings(True)
    for name, least in QUIET.items():
        logging.getLogger(name).setLevel(max(least, LEVELS[level]))


_stamp: Callable[..., EventDict] = structlog.processors.TimeStamper(fmt="%Y-%m-%dT%H:%M:%S.%f", utc=True)


def _timestamp(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """UTC in ISO form, with milliseconds."""
    stamped = _stamp(logger, method, event)
    return {**stamped, "timestamp": f"{stamped['timestamp'][:-3]}Z"}


def _hide_secrets(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    return redact_fields(event)
