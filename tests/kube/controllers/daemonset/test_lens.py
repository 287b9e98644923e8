"""A lens that has followed all changes sees what a new one sees."""

from hypothesis import given
from hypothesis import strategies as st

from minieks.kube.controllers.daemonset.lens import Lens
from minieks.kube.controllers.daemonset.placement import Placement
from minieks.kube.words.objects import Obj, name

DAEMON_SET: Obj = {
    "metadata": {"name": "agent", "namespace": "default", "uid": "d", "generation": 1},
    "spec": {"template": {"metadata": {}, "spec": {"nodeSelector": {"agent": "yes"}}}},
}

_NAMES = st.sampled_from("abcd")
_NODE = st.tuples(st.just("node"), _NAMES, st.booleans())
_POD = st.tuples(
    st.just("pod"), st.sampled_from("pqrst"), st.tuples(_NAMES, st.booleans(), st.booleans())
)
_GONE = st.tuples(st.just("gone"), st.sampled_from("abcdpqrst"), st.none())
_STEPS = st.lists(st.lists(st.one_of(_NODE, _POD, _GONE), max_size=4), max_size=8)


def node(own_name: str, uid: str, wanted: bool) -> Obj:
    labels = {"agent": "yes"} if wanted else {}
    return {"metadata": {"name": own_name, "uid": uid, "labels": labels}, "spec": {}}


def pod(own_name: str, place: str, is_new: bool, ended: bool) -> Obj:
    return {
        "metadata": {
            "name": own_name,
            "labels": {"controller-revision-hash": "new" if is_new else "old"},
            "creationTimestamp": "2026-11-23T00:00:00Z",
        },
        "spec": {"nodeName": place},
        "status": {"phase": "Failed" if ended else "Running"},
    }


def lens() -> Lens:
    return Lens(DAEMON_SET, "new", Placement(DAEMON_SET["spec"]["template"]))


class World:
    """Nodes and pods in the order they came, as the store has them."""

    def __init__(self) -> None:
        self.objects: dict[str, Obj] = {}
        self._made = 0

    def change(self, what: str, own_name: str, how: object) -> None:
        if what == "gone":
            self.objects.pop(own_name, None)
            return
        known = self.objects.get(own_name)
        self._made += known is None
        if what == "node":
            uid = known["metadata"]["uid"] if known else str(self._made)
            self.objects[own_name] = node(own_name, uid, bool(how))
        else:
            assert isinstance(how, tuple)
            self.objects[own_name] = pod(own_name, *how)

    def nodes(self) -> list[Obj]:
        return [one for own_name, one in self.objects.items() if own_name in "abcd"]

    def pods(self) -> list[Obj]:
        return [one for own_name, one in self.objects.items() if own_name not in "abcd"]


@given(_STEPS)
def test_a_lens_that_followed_all_changes_sees_what_a_new_one_sees(
    steps: list[list[tuple[str, str, object]]],
) -> None:
    world, followed = World(), lens()
    for changes in steps:
        for what, own_name, how in changes:
            world.change(what, own_name, how)
        followed.look(world.nodes(), world.pods(), 0)
        fresh = lens()
        fresh.look(world.nodes(), world.pods(), 0)
        assert list(followed.views.items()) == list(fresh.views.items())
        assert followed.tally == fresh.tally
        assert followed.loud() == fresh.loud()
        assert followed.by_node == fresh.by_node
        assert list(followed.grouped()) == list(fresh.grouped())


def test_a_node_that_nothing_happened_to_is_not_looked_at_again() -> None:
    world, followed = World(), lens()
    for own_name in "abc":
        world.change("node", own_name, True)
    followed.look(world.nodes(), world.pods(), 0)
    before = dict(followed.views)
    world.change("pod", "p", ("b", True, False))
    followed.look(world.nodes(), world.pods(), 0)
    same = [name(view.node) for own, view in followed.views.items() if view is before[own]]
    assert same == ["a", "c"]
