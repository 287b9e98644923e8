"""Compares the state at the end of a phase with the recorded one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from golden.outcome import Difference, Json

State = dict[str, Any]
# Of these kinds every recorded state shows all objects that there are.
_ALWAYS_TOLD = frozenset({"rs", "job", "deploy", "sts", "ds", "pvc", "cj", "pdb"})
# What every namespace has is left out, except of cases about namespaces.
_UNTOLD = frozenset({"cm/kube-root-ca.crt"})
_NO_POD = {"ready": False, "terminating": False}


@dataclass(slots=True)
class StateComparison:
    """What a case tells of at all: kinds of objects, and fields of single pods."""

    kinds: set[str]
    pod_fields: set[str]

    @classmethod
    def of(cls, phases: Iterable[Json]) -> "StateComparison":
        states = [phase["state"] for phase in phases]
        kinds = {about.split("/")[0] for state in states for about in state}
        pods = [pod for state in states for pod in (state.get("pod") or {}).values()]
        return cls(kinds | _ALWAYS_TOLD, {one for pod in pods for one in pod} | set(_NO_POD))

    def differences(
        self, found: State, wanted: State, unstable: Iterable[str]
    ) -> Iterator[Difference]:
        """Each recorded object is as recorded, and there is no other of the kinds told of."""
        skipped = set(unstable)
        for about in sorted(found.keys() | wanted.keys()):
            if about in skipped or not self._is_told(about, wanted):
                continue
            if about == "pod":
                yield from self._pods(found.get(about) or {}, wanted.get(about) or {}, skipped)
            elif about not in found or about not in wanted:
                yield Difference(about, _there(about, wanted), _there(about, found))
            else:
                yield from _fields(about, found[about], wanted[about], skipped)

    def _is_told(self, about: str, wanted: State) -> bool:
        return about in wanted or (
            about.split("/", maxsplit=1)[0] in self.kinds and about not in _UNTOLD
        )

    def _pods(self, found: State, wanted: State, skipped: set[str]) -> Iterator[Difference]:
        """Only pods that are told apart are recorded one by one."""
        for shown, state in wanted.items():
            if f"pod/{shown}" in skipped:
                continue
            if shown not in found:
                yield Difference(f"pod/{shown}", "there", "not there")
                continue
            told = {one: found[shown].get(one) for one in self.pod_fields | state.keys()}
            yield from _fields(f"pod/{shown}", told, {**_NO_POD, **state}, skipped)


def _there(about: str, state: State) -> str:
    return str(state[about]) if about in state else "not there"


def _fields(about: str, found: State, wanted: State, skipped: set[str]) -> Iterator[Difference]:
    for one in dict.fromkeys((*wanted, *found)):
        path = f"{about}/{one}"
        if any(each == path or each.startswith(f"{path}/") for each in skipped):
            continue
        ours, theirs = found.get(one), wanted.get(one)
        if (ours or None) != (theirs or None):
            yield Difference(path, str(theirs), str(ours))
