"""A Deployment's ReplicaSets: which is the new one, and what its annotations say.

Source: kubernetes pkg/controller/deployment/util/deployment_util.go.
"""

from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter, is_not
from typing import Final, NamedTuple

from minieks.kube.api.memo import IdentityMemo
from minieks.kube.controllers import templates
from minieks.kube.controllers.deployment.bounds import Bounds
from minieks.kube.controllers.deployment.rolling import Size
from minieks.kube.words.objects import Obj, annotations, key, metadata, name

REVISION: Final = "deployment.kubernetes.io/revision"
HISTORY: Final = "deployment.kubernetes.io/revision-history"
DESIRED: Final = "deployment.kubernetes.io/desired-replicas"
MAX: Final = "deployment.kubernetes.io/max-replicas"
_NOT_COPIED: Final = frozenset(
    {
        "kubectl.kubernetes.io/last-applied-configuration",
        REVISION,
        HISTORY,
        DESIRED,
        MAX,
        "deprecated.deployment.rollback.to",
    }
)
_HISTORY_LIMIT: Final = 2000
# All there is in the status of a ReplicaSet without pods to which nothing has happened.
_OF_IDLE: Final = frozenset({"replicas", "observedGeneration"})


class _Facts(NamedTuple):
    """What is asked of each ReplicaSet in each pass; ``idle``: it adds nothing to any sum."""

    age: tuple[str, str]
    revision: int
    content: bytes
    idle: bool
    of: Obj


_AGE: Final = attrgetter("age")
_OF: Final = attrgetter("of")
_FACTS: Final[IdentityMemo[_Facts]] = IdentityMemo(1024)


def _facts(replica_sets: Sequence[Obj]) -> list[_Facts]:
    return _FACTS.each(replica_sets, _found)


def _fact(replica_set: Obj) -> _Facts:
    return _FACTS.get(replica_set) or _FACTS.put(replica_set, _found(replica_set))


def _found(replica_set: Obj) -> _Facts:
    age = (metadata(replica_set).get("creationTimestamp") or "", name(replica_set))
    status = replica_set.get("status") or {}
    asleep = status.keys() == _OF_IDLE and not status["replicas"]
    idle = asleep and replicas(replica_set) == 0
    content = templates.content(replica_set["spec"]["template"])
    return _Facts(age, revision(replica_set), content, idle, replica_set)


class Survey(NamedTuple):
    """A Deployment's ReplicaSets: that of its template, the others oldest first.

    ``busy_old`` are the others that are `busy`. ``latest_revision`` is the highest of the others;
    0 without any.
    """

    new: Obj | None
    old: list[Obj]
    busy_old: list[Obj]
    latest_revision: int


class Surveys:
    """Surveys of Deployments that come again and again: what has not changed is known.

    Most of a Deployment's ReplicaSets are its history, and between two looks one or two change.
    """

    def __init__(self) -> None:
        self._known: dict[str, Sequence[_Facts]] = {}

    def forget(self, deployment_key: str) -> None:
        """The Deployment is no more."""
        self._known.pop(deployment_key, None)

    def survey(self, deployment: Obj, replica_sets: Sequence[Obj]) -> Survey:
        """Look at each ReplicaSet once; of several with the template the oldest is the new one."""
        deployment_key = key(deployment)
        found = _again(self._known.get(deployment_key, ()), replica_sets)
        self._known[deployment_key] = found
        wanted = templates.content(deployment["spec"]["template"])
        new: Obj | None = None
        old, busy_old, latest = [], [], 0
        for _, revision_, content, idle, replica_set in found:
            if new is None and content == wanted:
                new = replica_set
                continue
            old.append(replica_set)
            if not idle:
                busy_old.append(replica_set)
            latest = max(latest, revision_)
        return Survey(new, old, busy_old, latest)


def _again(known: Sequence[_Facts], replica_sets: Sequence[Obj]) -> Sequence[_Facts]:
    """The facts of ReplicaSets, oldest first, of which some are known, in that order."""
    if len(known) != len(replica_sets):
        return sorted(_facts(replica_sets), key=_AGE)
    found = list(known)
    changed = [*map(is_not, map(_OF, known), replica_sets)]
    while True in changed:
        place = changed.index(True)
        changed[place] = False
        found[place] = _fact(replica_sets[place])
        if found[place].age != known[place].age:
            return sorted(_facts(replica_sets), key=_AGE)
    return found


def oldest_first(replica_sets: Sequence[Obj]) -> list[Obj]:
    """Sorted by creation, then name."""
    return [facts.of for facts in sorted(_facts(replica_sets), key=_AGE)]


def busy(replica_sets: Sequence[Obj]) -> list[Obj]:
    """Those that have or are to have pods, or have something to say in their status."""
    return [facts.of for facts in _facts(replica_sets) if not facts.idle]


def size(replica_set: Obj) -> Size:
    """The ReplicaSet in numbers."""
    return Size(name(replica_set), replicas(replica_set), count(replica_set, "availableReplicas"))


def replicas(replica_set: Obj) -> int:
    """How many pods it is to have."""
    return int(replica_set["spec"]["replicas"])


def count(obj: Obj, field: str) -> int:
    """A number of the status; 0 if it is not there."""
    return int((obj.get("status") or {}).get(field) or 0)


def active(replica_sets: Iterable[Obj]) -> list[Obj]:
    """Those that are to have pods."""
    return [one for one in replica_sets if replicas(one) > 0]


def revision(obj: Obj) -> int:
    """The revision in the annotation; 0 without one."""
    text = annotations(obj).get(REVISION, "")
    return int(text) if text.isdigit() else 0


def noted(replica_set: Obj, annotation: str) -> int | None:
    """A number in an annotation; None if there is none."""
    text = annotations(replica_set).get(annotation, "")
    return int(text) if text.isdigit() else None


def size_notes(bounds: Bounds) -> dict[str, str]:
    """The annotations that let a later scaling find the proportions of this one."""
    return {DESIRED: str(bounds.replicas), MAX: str(bounds.most)}


def new_annotations(deployment: Obj, present: Mapping[str, str], wanted: int) -> dict[str, str]:
    """The annotations of the new ReplicaSet: the Deployment's, and revision ``wanted``.

    A ReplicaSet that becomes new again keeps its former revision in a history.
    """
    copied = {k: v for k, v in annotations(deployment).items() if k not in _NOT_COPIED}
    result = {**present, **copied}
    before = present.get(REVISION)
    known = int(before) if before and before.isdigit() else 0
    if known >= wanted:
        return result
    result[REVISION] = str(wanted)
    if before:
        result[HISTORY] = _appended(present.get(HISTORY, ""), before)
    return result


def _appended(history: str, entry: str) -> str:
    """The history with one more entry, cut at the front to what an annotation may hold."""
    entries = [*filter(None, history.split(",")), entry]
    while len(entries) > 1 and len(",".join(entries)) > _HISTORY_LIMIT:
        entries.pop(0)
    return ",".join(entries)


def to_forget(old: Sequence[Obj], limit: int) -> list[Obj]:
    """The old ReplicaSets beyond the history limit, lowest revision first.

    Only those that are empty, observed and not being deleted may go.
    """
    surplus = [one for one in old if metadata(one).get("deletionTimestamp") is None]
    excess = len(surplus) - limit
    if excess <= 0:
        return []
    ordered = sorted(oldest_first(surplus), key=revision)
    return [one for one in ordered[:excess] if _is_settled(one)]


def _is_settled(replica_set: Obj) -> bool:
    observed = count(replica_set, "observedGeneration")
    return (
        replicas(replica_set) == 0
        and count(replica_set, "replicas") == 0
        and observed >= int(metadata(replica_set)["generation"])
    )
