"""The embedded store: one SQLite file, which several processes may have open at the same time."""

from shared.store.sqlite.documents import decode, document_of
from shared.store.sqlite.store import SqliteStore
from shared.store.sqlite.tables import SET_ASIDE, indexes, pragmas, tables

__all__ = ["SET_ASIDE", "SqliteStore", "decode", "document_of", "indexes", "pragmas", "tables"]
