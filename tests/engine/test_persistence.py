"""Stores come back from their file as they were."""

import contextlib
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minieks.engine.errors import Compacted, UserError
from minieks.engine.persistence import Journal
from minieks.engine.store import Change, Store


def _stamp(value: dict[str, Any], revision: int) -> None:
    value["revision"] = revision


def _kept(path: Path) -> Store:
    """The store as another process finds it."""
    journal, store = Journal(path), Store(_stamp)
    journal.restore("s", store)
    journal.close()
    return store


def _contents(store: Store) -> dict[str, list[dict[str, Any]]]:
    return {name: store.values(name) for name in store.collections()}


def _followed(path: Path) -> tuple[Journal, Store]:
    journal, store = Journal(path), Store(_stamp)
    journal.follow("s", store)
    return journal, store


def test_records_come_back_in_their_order_with_their_revisions(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite3"
    journal, store = _followed(path)
    for name in ("ns/b", "ns/a", "other/c"):
        store.create("pods", name, {"name": name})
    journal.commit()
    store.replace("pods", "ns/b", {"name": "ns/b", "new": True})
    store.remove("pods", "other/c")
    journal.close()

    found = _kept(path)

    assert [one["name"] for one in found.values("pods")] == ["ns/b", "ns/a"]
    assert _contents(found) == _contents(store)
    assert found.revision == store.revision == 5
    assert found.revision_of("pods", "ns/b") == 4


def test_what_was_not_committed_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite3"
    journal, store = _followed(path)
    store.create("pods", "a", {})
    journal.commit()
    store.create("pods", "b", {})
    journal._file.close()  # as the end of the process does

    assert [one["revision"] for one in _kept(path).values("pods")] == [1]


def test_a_record_made_anew_comes_last(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite3"
    journal, store = _followed(path)
    for name in ("a", "b"):
        store.create("pods", name, {"name": name})
    journal.commit()
    store.remove("pods", "a")
    store.create("pods", "a", {"name": "a"})
    store.replace("pods", "a", {"name": "a", "again": True})
    journal.close()

    assert [one["name"] for one in _kept(path).values("pods")] == ["b", "a"]


def test_watchers_of_a_restored_store_hear_of_every_record(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite3"
    journal, store = _followed(path)
    store.create("pods", "a", {"name": "a"})
    journal.close()
    heard, found = list[Change](), Store(_stamp)
    found.add_index("pods", "by-name", lambda value: [value["name"]])
    found.subscribe("pods", heard.append)

    again = Journal(path)
    again.restore("s", found)
    again.close()

    assert [(one.type, one.key, one.revision) for one in heard] == [("ADDED", "a", 1)]
    assert len(found.lookup("pods", "by-name", "a")) == 1


def test_the_past_before_a_restart_is_compacted(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite3"
    journal, store = _followed(path)
    store.create("pods", "a", {})
    store.create("pods", "b", {})
    journal.close()
    found = _kept(path)

    with pytest.raises(Compacted):
        found.changes(1)
    assert list(found.changes(2)) == []


def test_facts_and_the_moment_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite3"
    journal = Journal(path, lambda: 42)
    assert journal.moment() is None
    journal.note("key", b"secret")
    journal.close()

    again = Journal(path)
    assert again.fact("key") == b"secret"
    assert again.moment() == 42
    again.close()


def test_only_its_owner_may_read_the_file(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite3"
    Journal(path).close()

    assert path.stat().st_mode & 0o077 == 0


def test_two_processes_cannot_have_one_file(tmp_path: Path) -> None:
    journal, store = _followed(tmp_path / "x.sqlite3")
    store.create("pods", "a", {})
    journal.commit()

    with pytest.raises(UserError, match="locked"):
        Journal(tmp_path / "x.sqlite3")
    journal.close()


@pytest.mark.parametrize("content", [b"this is no database at all, but a text", b"\x00" * 4096])
def test_what_is_no_such_file_is_the_users_to_mend(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.sqlite3"
    path.write_bytes(content)

    with pytest.raises(UserError):
        Journal(path)


_WRITES = st.lists(
    st.tuples(st.sampled_from(["create", "replace", "remove", "commit"]), st.sampled_from("abc")),
    max_size=30,
)


@given(_WRITES)
def test_whatever_is_written_the_committed_comes_back(
    tmp_path_factory: pytest.TempPathFactory, writes: list[tuple[str, str]]
) -> None:
    path = tmp_path_factory.mktemp("db") / "x.sqlite3"
    journal, store = _followed(path)
    kept, revision = _contents(store), 0
    for verb, key in writes:
        present = store.get("pods", key) is not None
        if verb == "create" and not present:
            store.create("pods", key, {"key": key})
        elif verb == "replace" and present:
            store.replace("pods", key, {"key": key})
        elif verb == "remove" and present:
            store.remove("pods", key)
        elif verb == "commit":
            journal.commit()
            kept, revision = _contents(store), store.revision
    journal._file.close()

    found = _kept(path)
    assert _contents(found) == kept
    assert found.revision == revision


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param("DROP TABLE facts", id="no facts"),
        pytest.param("DROP TABLE records", id="no records"),
        pytest.param("UPDATE records SET value = '{'", id="a record that is no JSON"),
        pytest.param("UPDATE facts SET value = 'x'", id="facts of another type"),
    ],
)
def test_a_damaged_file_is_the_users_to_mend(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "kept.sqlite3"
    store = Store()
    journal = Journal(path)
    journal.follow("one", store)
    store.create("pods", "a/b", {"metadata": {"name": "b"}})
    journal.close()
    file = sqlite3.connect(path)
    file.execute(damage)
    file.commit()
    file.close()

    again = Journal(path)
    with pytest.raises(UserError, match="is damaged"):
        again.restore("one", Store())
    with contextlib.suppress(UserError):
        again.close()


def test_what_the_disk_does_not_take_is_tried_again_with_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "kept.sqlite3"
    store = Store()
    journal = Journal(path)
    journal.follow("one", store)
    store.create("pods", "a/b", {"metadata": {"name": "b"}})
    (pages,) = journal._file.execute("PRAGMA page_count").fetchone()
    journal._file.execute(f"PRAGMA max_page_count = {pages}")
    store.create("pods", "a/c", {"metadata": {"name": "c", "x": "x" * 1_000_000}})
    with pytest.raises(UserError, match="full"):
        journal.commit()
    assert journal.unsaved()

    journal._file.execute("PRAGMA max_page_count = 1000000")
    journal.close()
    found = Store()
    again = Journal(path)
    again.restore("one", found)
    again.close()
    assert len(found.values("pods")) == 2
