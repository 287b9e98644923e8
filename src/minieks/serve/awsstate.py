"""The state of EKS in all accounts and regions, and the file in which it is kept."""

from pathlib import Path

from minieks.engine.engine import Engine
from minieks.engine.persistence import Journal
from minieks.engine.store import Store

FILE = "aws/eks.sqlite3"
_STORE = "eks"


def open_state(engine: Engine, folder: Path | None) -> tuple[Store, Journal | None]:
    """The store with what was kept of it; it is kept from now on if there is a folder."""
    store = Store()
    if folder is None:
        return store, None
    journal = Journal(folder / FILE, engine.now)
    if journal.moment() is not None:
        journal.restore(_STORE, store)
    journal.follow(_STORE, store)
    return store, journal
