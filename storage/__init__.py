"""The memory: one file per aggregate (its tables and its queries), on SQLite."""
