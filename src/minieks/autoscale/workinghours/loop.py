"""The loop of kube-downscaler.

The program looks at everything every ``--interval`` seconds. Here a resource is looked at in the
rounds after it, its namespace or a pod that forces uptime has changed, and after a boundary of
what decides about it; in all other rounds nothing would be decided anew.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from minieks.autoscale import programs
from minieks.autoscale.programs import Program
from minieks.autoscale.workinghours.boundaries import next_change
from minieks.autoscale.workinghours.deciding import (
    FORCE_DOWNTIME,
    FORCE_UPTIME,
    Decision,
    applied,
    asks_for_uptime,
    decide,
    excluded_until,
    grace_end,
    plan,
)
from minieks.autoscale.workinghours.options import PLURALS, Options, read_options
from minieks.autoscale.workinghours.scalable import SCALABLES, scalable
from minieks.engine.clock import SECOND, Micros
from minieks.engine.errors import UserError
from minieks.engine.loop import Later, Minding, Result, Wakes
from minieks.engine.store import Change
from minieks.kube.api import aspects
from minieks.kube.api.errors import ApiError
from minieks.kube.api.server import Api
from minieks.kube.words.objects import Obj, annotations, name, namespace, split_key

IMAGES: Final = ("py-kube-downscaler", "kube-downscaler")
COMPONENT: Final = "py-kube-downscaler"
_MODULE: Final = "kube_downscaler"
_PLURAL_OF: Final = {one.collection: plural for plural, one in SCALABLES.items()}
_DECIDES: Final = aspects.CAME | aspects.SPEC | aspects.LABELS | aspects.ANNOTATIONS
_OF_PODS: Final = programs.COMINGS_AND_GOINGS | aspects.ANNOTATIONS | aspects.ENDED
_FORCED: Final = "force-uptime"
_ROUND: Final = "round"
_START: Final = "start"


class WorkingHoursLoop:
    """The loop; its keys are ``start``, when the program comes or goes, and ``round``."""

    name = "kube-downscaler"

    def __init__(self, api: Api) -> None:
        self._api = api
        self._program: Program | None = None
        self._options = Options()
        self._due: dict[str, Micros] = {}
        """When to look at each resource, by ``plural|namespace/name``."""
        programs.add_image_index(api)
        api.store.add_index("pods", _FORCED, _forces_uptime, aspects.ANNOTATIONS)

    def watches(self) -> Mapping[str, Wakes]:
        """All that may sleep, namespaces, and pods that force uptime or are the program's."""
        there = programs.with_program(IMAGES)
        found: dict[str, Wakes] = {
            "namespaces": Minding(self._of_namespace, aspects.ANNOTATIONS, there),
            "pods": Minding(self._of_pod, _OF_PODS, there),
        }
        for plural in PLURALS:
            collection = SCALABLES[plural].collection
            found[collection] = Minding(self._of_resource, _DECIDES, there)
        return found

    def reconcile(self, key: str) -> Result | None:
        """Notice that the program runs or not, or do a round of it."""
        if key == _START:
            self._take_note()
        if self._program is None:
            return None
        self._round(self._program)
        return self._again()

    # --- when ---

    def _take_note(self) -> None:
        """Find the program that runs; if it is another, everything is looked at."""
        found = programs.running(self._api, IMAGES)
        before, self._program = self._program, found
        if found is None or (before is not None and before.since == found.since):
            return
        try:
            words = programs.arguments(found, _MODULE)
            self._options = read_options(words, programs.environment(self._api, found))
        except UserError as error:
            self._program = None
            self._warn(found.pod, "Failed", programs.refused("kube-downscaler", error))
            return
        self._due = dict.fromkeys(self._resources(""), found.since)

    def _resources(self, space: str) -> Iterator[str]:
        """The keys of all that may sleep, of one namespace or of all."""
        for plural in PLURALS:
            if plural in self._options.include_resources:
                for one in self._api.list(SCALABLES[plural].collection, space or None):
                    yield f"{plural}|{namespace(one)}/{name(one)}"

    def _again(self) -> Result | None:
        """When the next round is that has something to do."""
        if not self._due:
            return None
        now = self._api.engine.now()
        at = self._round_from(max(now + 1, min(self._due.values())))
        return Result(again_after=(at - now) / SECOND)

    def _round_from(self, at: Micros) -> Micros:
        """The first round at or after a moment."""
        assert self._program is not None, "rounds are the program's"
        length, since = self._options.interval * SECOND, self._program.since
        return since + max(0, -(-(at - since) // length)) * length

    def _soon(self, keys: Iterable[str]) -> Iterable[Later]:
        """Look at these in the next round."""
        now = self._api.engine.now()
        at = self._round_from(now + 1)
        waiting = [key for key in keys if self._due.get(key, at + 1) > at]
        for key in waiting:
            self._due[key] = at
        return [Later(_ROUND, (at - now) / SECOND)] if waiting else ()

    def _of_resource(self, change: Change) -> Iterable[Later]:
        plural = _PLURAL_OF[change.collection]
        if self._program is None or plural not in self._options.include_resources:
            return ()
        return self._soon([f"{plural}|{change.key}"])

    def _of_namespace(self, change: Change) -> Iterable[Later]:
        if self._program is None or not change.previous:
            return ()
        if annotations(change.value) == annotations(change.previous):
            return ()
        return self._soon(self._resources(change.key))

    def _of_pod(self, change: Change) -> Iterable[str | Later]:
        if programs.is_of(change, IMAGES):
            return (_START,)
        forces = FORCE_UPTIME in annotations(change.value)
        forced = change.previous is not None and FORCE_UPTIME in annotations(change.previous)
        return self._soon(self._resources("")) if self._program and (forces or forced) else ()

    # --- what ---

    def _round(self, program: Program) -> None:
        """Look at what is due, kind by kind, namespace by namespace."""
        now = self._api.engine.now()
        if self._options.once and now > program.since:
            self._due.clear()
            return
        due = [key for key, at in self._due.items() if at <= now]
        forced_uptime = self._is_uptime_forced()
        for key in sorted(due, key=_order):
            del self._due[key]
            then = self._look(key, now, forced_uptime)
            if then is not None:
                self._due[key] = then

    def _is_uptime_forced(self) -> bool:
        wanted = self._options.namespaces
        return any(
            asks_for_uptime(pod) and (not wanted or namespace(pod) in wanted)
            for pod in self._api.store.lookup("pods", _FORCED, _FORCED)
        )

    def _look(self, key: str, now: Micros, forced_uptime: bool) -> Micros | None:
        """Decide about one resource and do it; returns when to look at it again."""
        plural, _, object_key = key.partition("|")
        space, object_name = split_key(object_key)
        resource = self._api.get(SCALABLES[plural].collection, space, object_name)
        around = self._api.get("namespaces", "", space)
        if resource is None or around is None:
            return None
        found = decide(resource, around, now, self._options, forced_uptime=forced_uptime)
        if found.error:
            self._warn(resource, "Failed", f"Failed to process: {found.error}")
        elif found.action != "leave" and not self._options.dry_run:
            resource, failed = self._write(resource, found)
            if failed:
                return now + 1
        return next_look(resource, around, now, self._options)

    def _write(self, resource: Obj, decision: Decision) -> tuple[Obj, bool]:
        """The resource as it is then, and whether a second attempt makes sense."""
        if self._options.enable_events and decision.action != "forget":
            self._tell(resource, decision)
        try:
            return self._api.update(applied(resource, decision)), False
        except ApiError as error:
            self._warn(resource, "Failed", f"Failed to process: {error.message}")
            return resource, error.code in (409, 429, 500)

    def _tell(self, resource: Obj, decision: Decision) -> None:
        up, how = decision.action == "up", scalable(resource)
        text = how.up if up else how.down
        reason = "ScaleUp" if up else "ScaleDown"
        self._api.record_event(resource, "Normal", reason, text, component=COMPONENT)

    def _warn(self, about: Obj, reason: str, message: str) -> None:
        """Tell what the program writes to its log only."""
        self._api.record_event(about, "Warning", reason, message, component=COMPONENT)


def next_look(resource: Obj, around: Obj, now: Micros, options: Options) -> Micros | None:
    """The first moment after ``now`` at which time alone may change the decision."""
    forced = (annotations(around).get(key) for key in (FORCE_UPTIME, FORCE_DOWNTIME))
    specs = [*plan(resource, around, options), *(one for one in forced if one)]
    moments = [next_change(one, now, options.defaults) for one in specs]
    moments += [excluded_until(one) for one in (resource, around)]
    moments.append(grace_end(resource, options) + 1)
    return min((one for one in moments if one is not None and one > now), default=None)


def _order(key: str) -> tuple[int, str]:
    plural, _, object_key = key.partition("|")
    return PLURALS.index(plural), object_key


def _forces_uptime(pod: Obj) -> Iterable[str]:
    return (_FORCED,) if FORCE_UPTIME in annotations(pod) else ()
