"""Which flow a request is in, as the headers of its answer tell it.

Nothing waits: every request is answered before the next is looked at, so that no level is ever
full. Source: kubernetes apiserver pkg/server/filters/priority-and-fairness.go,
pkg/util/flowcontrol/apf_controller.go.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from minieks.engine.store import Change, Store
from minieks.kube.api.options import UserInfo
from minieks.kube.rest.fairness.rules import Rule, rules_for
from minieks.kube.rest.http import Headers
from minieks.kube.rest.requestinfo import RequestInfo
from minieks.kube.words.objects import Obj, name, uid

GROUP: Final = "flowcontrol.apiserver.k8s.io"
SCHEMAS: Final = f"flowschemas.{GROUP}"
LEVELS: Final = f"prioritylevelconfigurations.{GROUP}"
# What may last, and is in no flow (apiserver pkg/server/config.go, LongRunningFunc).
_LASTING: Final = frozenset({"attach", "exec", "log", "portforward", "proxy"})
_KEPT: Final = 4096
"""Users of whom it is remembered which flows they may be in."""


class _Flow(NamedTuple):
    """One FlowSchema for one user: what it covers, and the headers that tell of it."""

    rules: tuple[Rule, ...]
    headers: Headers


class Flows:
    """The flows of a cluster, as its FlowSchemas and PriorityLevelConfigurations make them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._of_user: dict[tuple[str, tuple[str, ...]], tuple[_Flow, ...]] = {}
        for collection in (SCHEMAS, LEVELS):
            store.subscribe(collection, self._forget)

    def headers(self, user: UserInfo, info: RequestInfo) -> Headers:
        """What the answer tells: the uids of the FlowSchema and of its level, or nothing."""
        if info.subresource in _LASTING:
            return ()
        for flow in self._flows(user):
            for rule in flow.rules:
                if rule.covers(info):
                    return flow.headers
        return ()

    def _flows(self, user: UserInfo) -> tuple[_Flow, ...]:
        asked = (user.name, user.groups)
        found = self._of_user.get(asked)
        if found is None:
            if len(self._of_user) >= _KEPT:
                self._of_user.clear()
            found = self._of_user[asked] = tuple(self._made(user))
        return found

    def _made(self, user: UserInfo) -> Iterator[_Flow]:
        """The flows of a user in the order in which they match; a dangling schema makes none."""
        for schema in sorted(self._store.values(SCHEMAS), key=_order):
            level = self._store.get(LEVELS, level_name(schema))
            rules = rules_for(schema, user)
            if rules and level is not None:
                yield _Flow(rules, _told(schema, level))

    def _forget(self, change: Change) -> None:
        self._of_user.clear()


def level_name(schema: Obj) -> str:
    """The name of the PriorityLevelConfiguration that a FlowSchema refers to."""
    return str(schema["spec"]["priorityLevelConfiguration"]["name"])


def _order(schema: Obj) -> tuple[int, str]:
    """Of two schemas that match, the one with the lower precedence, then name, is taken."""
    return schema["spec"]["matchingPrecedence"], name(schema)


def _told(schema: Obj, level: Obj) -> Headers:
    return (
        ("X-Kubernetes-Pf-Flowschema-Uid", uid(schema)),
        ("X-Kubernetes-Pf-Prioritylevel-Uid", uid(level)),
    )
