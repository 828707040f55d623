"""What a process writes into its log, for tests that read it."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import structlog

from bot.observe import PIPE, set_up_logs


@contextmanager
def as_before() -> Iterator[None]:
    """Undo what is set up inside: the stream that a command logged to is closed when the command is over."""
    root, before = logging.getLogger(), logging.getLogger().level
    try:
        yield
    finally:
        structlog.reset_defaults()
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
