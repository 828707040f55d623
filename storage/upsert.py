"""The one door for `INSERT … ON CONFLICT`, which SQLite and PostgreSQL read in the same words."""

from sqlalchemy.dialects.postgresql import insert

__all__ = ["insert"]
