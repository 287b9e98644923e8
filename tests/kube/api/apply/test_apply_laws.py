from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kube_applying import LATER, SCHEMA, TIME, widget, widgets
from minieks.kube.api.apply import managed, paths
from minieks.kube.api.apply.comparing import compare
from minieks.kube.api.apply.owning import field_set
from minieks.kube.api.apply.types import Types
from minieks.kube.api.errors import ApiError
from minieks.kube.api.schema import SchemaSet
from minieks.kube.words.objects import Obj

ATOM = Types(SchemaSet.for_version("1.34")).custom(SCHEMA)

LETTERS = st.sampled_from("abc")
TEXTS = st.dictionaries(LETTERS, LETTERS, max_size=3)
ITEMS = st.lists(
    st.fixed_dictionaries(
        {"name": LETTERS, "side": st.sampled_from(["left", "right"])}, optional={"value": LETTERS}
    ),
    max_size=3,
    unique_by=lambda item: (item["name"], item["side"]),
)
SPECS = st.fixed_dictionaries(
    {},
    optional={
        "text": LETTERS,
        "number": st.integers(0, 2),
        "map": TEXTS,
        "whole": TEXTS,
        "list": st.lists(LETTERS, max_size=2),
        "set": st.lists(LETTERS, max_size=3, unique=True),
        "items": ITEMS,
        "any": TEXTS,
    },
)
MANAGERS = st.sampled_from(["m1", "m2", "m3"])
APPLIES = st.tuples(st.just("apply"), MANAGERS, SPECS)
UPDATES = st.tuples(st.just("update"), MANAGERS, SPECS)
WRITES = st.lists(APPLIES | UPDATES, min_size=1, max_size=5)


def written(live: Obj | None, how: str, manager: str, spec: dict[str, Any]) -> Obj:
    if how == "apply":
        return widgets().applied(live, widget(**spec), manager, TIME, True)
    new = widget(**spec)
    if live is not None:
        kept = live["metadata"].get("managedFields")
        new = {**new, "metadata": {**new["metadata"], "managedFields": kept}}
    return widgets().updated(live, new, manager, TIME)


def after(writes: list[tuple[str, str, dict[str, Any]]]) -> Obj | None:
    live: Obj | None = None
    for write in writes:
        live = written(live, *write)
    return live


@given(WRITES, MANAGERS, SPECS)
def test_applying_twice_does_no_more_than_once(
    writes: list[Any], manager: str, spec: dict[str, Any]
) -> None:
    once = written(after(writes), "apply", manager, spec)
    assert widgets().applied(once, widget(**spec), manager, LATER, False) == once


@given(WRITES, MANAGERS, SPECS)
def test_what_is_applied_is_there_and_owned(
    writes: list[Any], manager: str, spec: dict[str, Any]
) -> None:
    found = written(after(writes), "apply", manager, spec)
    config = widget(**spec)
    seen = compare(config, found, ATOM)
    said = field_set(config, ATOM)
    assert not paths.intersection(said, paths.union(seen.modified, seen.removed))
    owned = [one for who, one in managed.of_live(found).items() if who.applies]
    wanted = paths.intersection(said, {"f:spec": said.get("f:spec", {})})
    if spec:
        assert any(paths.union(one.fields, wanted) == one.fields for one in owned)


@given(WRITES, MANAGERS, SPECS)
def test_an_apply_without_force_changes_nothing_of_others(
    writes: list[Any], manager: str, spec: dict[str, Any]
) -> None:
    live = after(writes)
    assert live is not None
    try:
        found = widgets().applied(live, widget(**spec), manager, TIME, False)
    except ApiError:
        # Then nothing changes at all.
        return
    seen = compare(live, found, ATOM)
    changed = paths.union(seen.modified, seen.removed)
    for other, owned in managed.of_live(live).items():
        if (other.name, other.operation) != (manager, "Apply"):
            # What contains the last thing of a manager goes with it.
            leaves = paths.intersection(owned.fields, field_set(live, ATOM))
            assert not paths.intersection(leaves, changed)


@given(WRITES)
def test_nobody_owns_what_is_not_there(writes: list[Any]) -> None:
    live = after(writes)
    assert live is not None
    there = compare({}, live, ATOM).added
    for manager, owned in managed.of_live(live).items():
        # An apply owns the empty list or map that it says as well.
        if not manager.applies:
            assert not paths.difference(owned.fields, paths.union(there, {"f:spec": {}}))


@given(SPECS, SPECS)
def test_a_comparison_tells_every_difference(old: dict[str, Any], new: dict[str, Any]) -> None:
    before, now = widget(**old), widget(**new)
    there, back = compare(before, now, ATOM), compare(now, before, ATOM)
    assert (there.added, there.removed, there.modified) == (
        *(back.removed, back.added),
        back.modified,
    )
    same = not (there.added or there.removed or there.modified)
    orderless = ("set", "items")
    if before == now:
        assert same
    elif all(old.get(key) == new.get(key) for key in orderless):
        assert not same
