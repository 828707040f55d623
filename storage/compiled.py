"""A statement is compiled once in a process, not anew by each engine: a file has two, for its writer and its readers.

SQLAlchemy keeps what it compiled by statement and dialect, and every engine has a dialect object of its own.
"""

from typing import Any

from sqlalchemy.util import LRUCache

COMPILED: LRUCache[Any, Any] = LRUCache(4000)  # more than all statements of ours


class Alike:
    """A dialect that compiles as every other of its class does for a server of the same version."""

    server_version_info: tuple[Any, ...] | None

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other.server_version_info == self.server_version_info

    def __hash__(self) -> int:
        return hash(type(self))
