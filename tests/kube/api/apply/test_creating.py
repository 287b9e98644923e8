"""The creator of an object owns the same whether or not its parts were seen before."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minieks.kube.api.apply import paths
from minieks.kube.api.apply.comparing import compare
from minieks.kube.api.apply.creating import Creating
from minieks.kube.api.apply.types import Types
from minieks.kube.api.apply.zeroes import Zeroes
from minieks.kube.api.schema import SchemaSet
from minieks.kube.words.objects import Obj

SCHEMAS = SchemaSet.for_version("1.34")
ATOM = Types(SCHEMAS).built_in("v1", "Pod")
ZEROES = Zeroes(SCHEMAS)
HEAD = {"apiVersion": "v1", "kind": "Pod"}
NAMES = st.sampled_from(["a", "b", "c"])
TEXTS = st.dictionaries(NAMES, NAMES, max_size=2)
SPECS = st.fixed_dictionaries(
    {"containers": st.lists(st.fixed_dictionaries({"name": NAMES}), max_size=2)},
    optional={"nodeSelector": TEXTS, "tolerations": st.just([]), "nodeName": NAMES},
)
OWNERS = st.lists(st.fixed_dictionaries({"uid": NAMES, "name": NAMES}), max_size=1)
METADATA = st.fixed_dictionaries(
    {"name": NAMES},
    optional={
        "labels": TEXTS,
        "annotations": TEXTS,
        "finalizers": st.lists(NAMES, max_size=2, unique=True),
        "ownerReferences": OWNERS,
    },
)
PODS = st.fixed_dictionaries({"metadata": METADATA}, optional={"spec": SPECS})


def _owned(obj: Obj) -> paths.Fields:
    """What the whole object has that an empty one has not."""
    empty = {**HEAD, "metadata": {}}
    assert ATOM is not None
    before, after = (ZEROES.filled(one, "v1", "Pod") for one in (empty, obj))
    found = compare(before, after, ATOM)
    return paths.in_order(paths.union(found.modified, found.added))


@given(st.lists(PODS, max_size=6))
def test_the_parts_own_what_the_whole_does(pods: list[Obj]) -> None:
    creating = Creating(_owned)
    for pod in pods:
        obj = {**HEAD, **pod}
        assert list(creating.fields(obj).items()) == list(_owned(obj).items())


@pytest.mark.parametrize(
    ("first", "second", "count"),
    [
        ({"name": "a", "labels": {"app": "x"}}, {"name": "b", "labels": {"app": "y"}}, 1),
        ({"name": "a", "labels": {"app": "x"}}, {"name": "b", "labels": {"tier": "x"}}, 2),
        ({"name": "a", "labels": {"app": "x"}}, {"name": "a", "annotations": {"app": "x"}}, 2),
        ({"name": "a", "finalizers": ["x"]}, {"name": "a", "finalizers": ["x"]}, 2),
    ],
    ids=["other values", "another label", "a label and an annotation", "a list"],
)
def test_metadata_with_the_same_keys_is_looked_at_once(
    first: Mapping[str, Any], second: Mapping[str, Any], count: int
) -> None:
    asked: list[Obj] = []

    def owned(obj: Obj) -> paths.Fields:
        asked.append(obj)
        return _owned(obj)

    creating = Creating(owned)
    for meta in (first, second):
        creating.fields({**HEAD, "metadata": meta})
    assert len(asked) == count
