"""SQLAlchemy's dialect for psycopg, loaded where PostgreSQL is used."""

from sqlalchemy import URL
from sqlalchemy.dialects.postgresql.psycopg import PGDialectAsync_psycopg

from storage.compiled import Alike


class ServerDialect(Alike, PGDialectAsync_psycopg):
    """What was compiled for one database serves every other on a server of this version."""

    supports_statement_cache = True

    @classmethod
    def get_async_dialect_cls(cls, url: URL) -> type["ServerDialect"]:
        return cls
