"""The store: revisions, optimistic concurrency, watches, indexes."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minieks.engine.errors import AlreadyExists, Compacted, Conflict, NotFound
from minieks.engine.index import Indexed
from minieks.engine.store import Change, Record, Store

_COLLECTION = "things"


def _replayed(changes: list[Change]) -> dict[str, Any]:
    world: dict[str, Any] = {}
    for change in changes:
        if change.type == "DELETED":
            del world[change.key]
        else:
            world[change.key] = change.value
    return world


def _act(store: Store, action: str, key: str) -> None:
    there = store.get(_COLLECTION, key) is not None
    if action == "create" and not there:
        store.create(_COLLECTION, key, {"key": key, "made": store.revision})
    elif action == "replace" and there:
        store.replace(_COLLECTION, key, {"key": key, "made": store.revision})
    elif action == "remove" and there:
        store.remove(_COLLECTION, key)


_ACTIONS = st.lists(
    st.tuples(st.sampled_from(["create", "replace", "remove"]), st.sampled_from("abcd"))
)


@given(_ACTIONS)
def test_a_watch_replays_to_what_a_list_shows(actions: list[tuple[str, str]]) -> None:
    store = Store()
    for action, key in actions:
        _act(store, action, f"space/{key}")

    seen = list(store.changes(0))

    assert _replayed(seen) == {value["key"]: value for value in store.values(_COLLECTION)}
    assert [change.revision for change in seen] == list(range(1, store.revision + 1))


@given(_ACTIONS)
def test_an_index_finds_just_what_a_scan_finds(actions: list[tuple[str, str]]) -> None:
    store = Store()
    store.add_index(_COLLECTION, "parity", lambda value: [str(value["made"] % 2)])
    for action, key in actions:
        _act(store, action, f"space/{key}")

    for parity in ("0", "1"):
        found = store.lookup(_COLLECTION, "parity", parity)
        scanned = [v for v in store.values(_COLLECTION) if str(v["made"] % 2) == parity]
        assert sorted(v["key"] for v in found) == sorted(v["key"] for v in scanned)


def test_a_write_on_an_old_revision_is_a_conflict_and_changes_nothing() -> None:
    store = Store()
    store.create(_COLLECTION, "a", {"n": 1})
    store.replace(_COLLECTION, "a", {"n": 2})

    with pytest.raises(Conflict):
        store.replace(_COLLECTION, "a", {"n": 3}, expected=1)

    assert store.get(_COLLECTION, "a") == {"n": 2}
    assert store.revision == 2


def test_what_is_not_there_cannot_be_replaced_and_what_is_there_cannot_be_created() -> None:
    store = Store()
    store.create(_COLLECTION, "a", {})

    with pytest.raises(NotFound):
        store.replace(_COLLECTION, "b", {})
    with pytest.raises(NotFound):
        store.remove(_COLLECTION, "b")
    with pytest.raises(AlreadyExists):
        store.create(_COLLECTION, "a", {})


def test_a_scope_holds_the_keys_before_the_last_slash() -> None:
    store = Store()
    for key in ("x/one", "y/two", "x/three"):
        store.create(_COLLECTION, key, {"key": key})
    store.remove(_COLLECTION, "x/one")

    assert [v["key"] for v in store.values(_COLLECTION, "x")] == ["x/three"]
    assert store.values(_COLLECTION, "z") == []


def test_a_value_is_stamped_with_its_revision_before_anyone_sees_it() -> None:
    store = Store(stamp=lambda value, revision: value.update(rv=revision))
    seen = list[int]()
    store.subscribe(_COLLECTION, lambda change: seen.append(change.value["rv"]))

    store.create(_COLLECTION, "a", {})
    store.replace(_COLLECTION, "a", {})

    assert seen == [1, 2]


def test_a_watch_from_before_the_kept_history_is_refused() -> None:
    store = Store(keep=2)
    for number in range(4):
        store.create(_COLLECTION, str(number), {})

    assert [change.key for change in store.changes(2)] == ["2", "3"]
    with pytest.raises(Compacted):
        store.changes(1)


def test_a_subscriber_hears_of_its_collection_until_it_stops() -> None:
    store = Store()
    seen, everything = list[str](), list[str]()
    stop = store.subscribe(_COLLECTION, lambda change: seen.append(change.type))
    store.subscribe(None, lambda change: everything.append(change.collection))

    store.create(_COLLECTION, "a", {})
    store.create("others", "a", {})
    store.replace(_COLLECTION, "a", {"n": 1})
    stop()
    store.remove(_COLLECTION, "a")

    assert seen == ["ADDED", "MODIFIED"]
    assert everything == [_COLLECTION, "others", _COLLECTION, _COLLECTION]


def test_a_subscriber_may_not_write() -> None:
    store = Store()

    def write(change: Change) -> None:
        store.remove(_COLLECTION, change.key)

    store.subscribe(_COLLECTION, write)

    with pytest.raises(AssertionError, match="may not write"):
        store.create(_COLLECTION, "a", {})


def test_a_subscriber_hears_only_of_what_it_minds() -> None:
    store = Store(aspects=lambda change: 1 << change.value["touches"])
    heard: list[tuple[str, int]] = []
    store.subscribe(_COLLECTION, lambda change: heard.append(("some", change.revision)), 0b10)
    store.subscribe(None, lambda change: heard.append(("all", change.revision)))

    store.create(_COLLECTION, "a", {"touches": 0})
    store.replace(_COLLECTION, "a", {"touches": 1})

    assert heard == [("all", 1), ("some", 2), ("all", 2)]


def test_a_subscriber_hears_nothing_while_the_collection_that_it_waits_for_is_empty() -> None:
    store, heard = Store(), list[int]()
    store.subscribe(_COLLECTION, lambda change: heard.append(change.revision), only_with="reasons")

    store.create(_COLLECTION, "a", {})
    store.create("reasons", "why", {})
    store.replace(_COLLECTION, "a", {"n": 1})
    store.remove("reasons", "why")
    store.replace(_COLLECTION, "a", {"n": 2})

    assert heard == [3]


def test_a_subscriber_hears_nothing_while_an_index_has_nothing_under_its_keys() -> None:
    store, heard = Store(), list[int]()
    store.add_index("pods", "image", lambda value: [value["image"]])
    needed = Indexed("pods", "image", ("scaler", "scaler-arm"))
    store.subscribe(None, lambda change: heard.append(change.revision), only_with=needed)

    store.create("pods", "a", {"image": "web"})
    store.create("pods", "b", {"image": "scaler"})
    store.create(_COLLECTION, "c", {})
    store.replace("pods", "b", {"image": "web"})
    store.create(_COLLECTION, "d", {})

    assert heard == [2, 3]


def test_a_condition_on_an_index_that_is_not_there_never_holds() -> None:
    store, heard = Store(), list[int]()
    needed = Indexed("pods", "image", ("scaler",))
    store.subscribe("pods", lambda change: heard.append(change.revision), only_with=needed)

    store.create("pods", "a", {"image": "scaler"})

    assert heard == []


def test_a_subscriber_hears_only_of_its_kinds_of_values() -> None:
    store, heard = Store(aspects=lambda change: change.value["touches"]), list[int]()
    store.subscribe(_COLLECTION, lambda change: heard.append(change.revision), 0b01, of=0b10)

    for touches in (0b01, 0b10, 0b11):
        store.create(_COLLECTION, f"touching-{touches}", {"touches": touches})

    assert heard == [3]


def test_what_is_restored_is_heard_of_from_the_record_on_that_makes_it_matter() -> None:
    store, heard = Store(), list[str]()
    store.subscribe(_COLLECTION, lambda change: heard.append(change.key), only_with="reasons")
    kept = [(_COLLECTION, "a"), ("reasons", "why"), (_COLLECTION, "b")]

    store.restore([Record(collection, key, 7, {}) for collection, key in kept], 7)

    assert heard == ["b"]


def test_an_index_is_left_alone_by_what_does_not_decide_it() -> None:
    store = Store(aspects=lambda change: 1 << change.value["touches"])
    asked: list[int] = []

    def keys_of(value: dict[str, Any]) -> list[str]:
        asked.append(value["touches"])
        return ["all"]

    store.add_index(_COLLECTION, "index", keys_of, 0b10)
    store.create(_COLLECTION, "a", {"touches": 0})
    store.replace(_COLLECTION, "a", {"touches": 2})

    assert asked == [0]
    assert store.lookup(_COLLECTION, "index", "all") == [{"touches": 2}]
