"""Like groups grow together. Source: cluster-autoscaler/processors/nodegroupset."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoscale.clusterautoscaler.making import node, pod, with_meta
from minieks.autoscale.clusterautoscaler.balancing import Likeness, are_alike, balanced
from minieks.autoscale.clusterautoscaler.nodetemplates import NodeTemplate
from minieks.autoscale.clusterautoscaler.provider import NodeGroup
from minieks.kube.words.objects import Obj

SPLITS = [
    ([(0, 10), (0, 10), (0, 10)], 7, [3, 2, 2]),
    ([(0, 1), (0, 10), (0, 10)], 7, [1, 3, 3]),
    ([(0, 10), (3, 10), (1, 10)], 6, [4, 3, 3]),
    ([(2, 2), (1, 3)], 5, [2, 3]),
    ([(5, 5)], 3, [5]),
]


@pytest.mark.parametrize(("groups", "more", "sizes"), SPLITS)
def test_the_smallest_group_gets_the_next_node(
    groups: list[tuple[int, int]], more: int, sizes: list[int]
) -> None:
    made = [NodeGroup(f"g{n}", 0, most, size) for n, (size, most) in enumerate(groups)]
    grown = {one.group.id: one.size for one in balanced(made, more)}
    assert [grown.get(one.id, one.target_size) for one in made] == sizes


@given(
    st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), min_size=1, max_size=6),
    st.integers(0, 40),
)
def test_no_group_grows_above_its_maximum(pairs: list[tuple[int, int]], more: int) -> None:
    groups = [NodeGroup(f"g{n}", 0, max(one), min(one)) for n, one in enumerate(pairs)]
    found = balanced(groups, more)
    room = sum(one.max_size - one.target_size for one in groups)
    assert sum(one.size - one.group.target_size for one in found) == min(more, room)
    assert all(one.group.target_size < one.size <= one.group.max_size for one in found)


def labelled(**labels: str) -> Obj:
    return with_meta(node(), labels={"group": "g", **labels})


ZONE = {"topology.kubernetes.io/zone": "b"}
LIKE = [
    ("the same", labelled(), True),
    ("another zone", with_meta(node(), labels={"group": "g", **ZONE}), True),
    (
        "another name for EKS",
        with_meta(node(), labels={"group": "g", "eks.amazonaws.com/nodegroup": "x"}),
        True,
    ),
    ("another label", with_meta(node(), labels={"group": "h"}), False),
    ("one label more", labelled(disk="ssd"), False),
    ("1 % more memory", with_meta(node(memory="8276Mi"), labels={"group": "g"}), True),
    ("2 % more memory", with_meta(node(memory="8356Mi"), labels={"group": "g"}), False),
    ("more cpu", with_meta(node(cpu="4"), labels={"group": "g"}), False),
]


@pytest.mark.parametrize(("other", "alike"), [c[1:] for c in LIKE], ids=[c[0] for c in LIKE])
def test_likeness(other: Obj, *, alike: bool) -> None:
    assert are_alike(NodeTemplate(labelled()), NodeTemplate(other), Likeness()) is alike


def test_what_is_free_counts_too() -> None:
    full = NodeTemplate(labelled(), (pod("daemon", cpu="500m"),))
    assert not are_alike(NodeTemplate(labelled()), full, Likeness())
    assert are_alike(NodeTemplate(labelled()), full, Likeness(free=0.3))


def test_only_the_labels_asked_for_are_compared() -> None:
    likeness = Likeness(only=("team",))
    one, other = labelled(team="a"), with_meta(node(cpu="64"), labels={"team": "a"})
    assert are_alike(NodeTemplate(one), NodeTemplate(other), likeness)
    assert not are_alike(NodeTemplate(one), NodeTemplate(labelled()), likeness)
