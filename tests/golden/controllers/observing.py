"""Writes down what happens in a world, in the words of the recorded cases."""

from golden.controllers.entries import Entries, Entry, is_watched
from golden.controllers.names import NAMESPACE, PREFIXES, Names
from golden.controllers.world import GENERIC, World
from minieks.engine.clock import Micros
from minieks.engine.store import Change
from minieks.kube.words.objects import Obj, key, name, namespace

# Scheduler and kubelet are played by a script, which tells nobody.
_SCRIPT = ("default-scheduler", "kubelet")
_EVENTS_ABOUT = {
    "Deployment": "deploy",
    "ReplicaSet": "rs",
    "StatefulSet": "sts",
    "DaemonSet": "ds",
    "CronJob": "cj",
    "Job": "job",
    "Pod": "pod",
    "PodDisruptionBudget": "pdb",
    "ConfigMap": "cm",
    "Node": "node",
    "PersistentVolume": "pv",
    "PersistentVolumeClaim": "pvc",
    "Service": "svc",
    "Namespace": "ns",
}


class Observer:
    """The changes and events since the phase began."""

    def __init__(self, world: World, names: Names, entries: Entries, family: str) -> None:
        self.changes: list[tuple[Micros, Entry]] = []
        self._events: dict[str, tuple[Micros, Entry]] = {}
        self._world = world
        self._names = names
        self._entries = entries
        self._family = family
        for collection in PREFIXES:
            for obj in world.api.list(collection):
                names.add(collection, obj)
        world.api.store.subscribe(None, self._note)

    def begin(self) -> None:
        """A new phase."""
        self.changes, self._events = [], {}

    @property
    def events(self) -> list[tuple[Micros, Entry]]:
        return list(self._events.values())

    def _note(self, change: Change) -> None:
        if change.collection == "events":
            if change.type != "DELETED":
                self._note_event(change.value)
        elif change.collection in PREFIXES and _is_ours(change.value):
            self._note_change(change)

    def _note_change(self, change: Change) -> None:
        if change.type == "ADDED":
            self._names.add(change.collection, change.value)
        if is_watched(change, self._family):
            now = self._world.engine.now()
            self.changes += [(now, entry) for entry in self._entries.of(change)]

    def _note_event(self, event: Obj) -> None:
        about, source = event["involvedObject"], event["source"]["component"]
        prefix = _EVENTS_ABOUT.get(about["kind"])
        if source in _SCRIPT or prefix is None or about["name"] in GENERIC:
            return
        shown = self._names.of_uid(about.get("uid", ""), about["name"])
        # A recorded event shows its message as first seen in the phase, and its last count.
        seen = self._events.get(key(event))
        message = seen[1][3] if seen else self._names.in_text(event["message"])
        known = (f"{prefix}/{shown}", event["type"], event["reason"], message)
        first = seen[0] if seen else self._world.engine.now()
        self._events[key(event)] = first, [*known, event["count"], source]


def _is_ours(obj: Obj) -> bool:
    space = namespace(obj)
    if space:
        return space == NAMESPACE
    return name(obj) not in GENERIC and (obj["kind"] != "Namespace" or name(obj) == NAMESPACE)
