"""What a process writes into its log, for tests that read it."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import structlog

from bot.observe import PIPE, set_up_logs


def in_plain_words() -> None:
    """What a test shows if it fails. By default an error is drawn in colours with all variables, for half a second."""
    structlog.reset_defaults()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.dev.set_exc_info,
            structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )


@contextmanager
def as_before() -> Iterator[None]:
    """Undo what is set up inside: the stream that a command logged to is closed when the command is over."""
    root, before = logging.getLogger(), logging.getLogger().level
    try:
        yield
    finally:
        in_plain_words()
        root.handlers = [handler for handler in root.handlers if handler.get_name() != PIPE]
        root.setLevel(before)
        logging.captureWarnings(False)


@contextmanager
def captured(level: Literal["debug", "info"] = "info") -> Iterator[io.StringIO]:
    """Log into the stream while inside."""
    stream = io.StringIO()
    with as_before():
        set_up_logs(level, form="json", stream=stream)
        yield stream
