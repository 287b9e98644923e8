"""The HorizontalPodAutoscaler's controller: every autoscaler in its own rhythm of 15 s.

It decides what the real one decides at each of its syncs, but leaves out those at which nothing
that it looks at can have changed: what would come of them is known.

Source: kubernetes pkg/controller/podautoscaler/horizontal.go.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from minieks.engine.clock import SECOND, Micros
from minieks.engine.loop import Later, Minding, Result, Wakes
from minieks.engine.store import Change
from minieks.kube.api import aspects
from minieks.kube.api.errors import ApiError
from minieks.kube.api.scales import SCALABLE
from minieks.kube.api.server import Api
from minieks.kube.hpa import quiet, scaletargets
from minieks.kube.hpa.decision import Decision, desired_replicas, refused, without_scale, written
from minieks.kube.hpa.memory import NOTHING, Memory
from minieks.kube.hpa.observed import Observed, Reading
from minieks.kube.hpa.readings import Asked, readings
from minieks.kube.hpa.scaletargets import Target
from minieks.kube.hpa.selections import Selections
from minieks.kube.hpa.settings import Settings, for_version
from minieks.kube.hpa.steady import Steady, repeated, steady, with_one_for_all
from minieks.kube.hpa.targets import NoTarget
from minieks.kube.usage.sampling import CHANGES, SCRAPE_PERIOD, SCRAPE_TAKES
from minieks.kube.words.caching import remembered_if_short
from minieks.kube.words.objects import Obj, namespace, split_key
from minieks.kube.words.selectors import NOTHING as NO_PODS
from minieks.kube.words.selectors import InvalidSelector, Selector, parse

COLLECTION: Final = "horizontalpodautoscalers.autoscaling"
COMPONENT: Final = "horizontal-pod-autoscaler"
_OF_PODS: Final = aspects.LIFE | aspects.DELETION | aspects.STATUS | aspects.LABELS | aspects.SPEC
_OF_TARGETS: Final = aspects.LIFE | aspects.SPEC | aspects.STATUS


@dataclass(slots=True)
class _State:
    """What is known of one autoscaler between its syncs.

    ``begun`` is its first sync, ``synced`` its last; ``touched``: something that it looks at has
    changed since then, other than what pods use; ``steady`` is what the last one saw beside that;
    ``scrapes`` are moments at which something new will be told of a change
    that is known; ``settles`` is when its pods are looked upon otherwise.
    """

    begun: Micros
    synced: Micros = 0
    memory: Memory = NOTHING
    place: str = ""
    groups: tuple[str, ...] = ()
    touched: bool = True
    scrapes: tuple[Micros, ...] = ()
    settles: Micros | None = 0
    last: Decision | None = None
    steady: Steady | None = None


@dataclass(slots=True)
class _Interest:
    """Which autoscalers something concerns."""

    keys: dict[str, dict[str, None]] = field(default_factory=dict)

    def move(self, key: str, before: Iterable[str], now: Iterable[str]) -> None:
        """Have a key filed under other names."""
        for name in before:
            self.keys[name].pop(key, None)
        for name in now:
            self.keys.setdefault(name, {})[key] = None

    def of(self, name: str) -> Iterable[str]:
        """The keys that are filed under a name."""
        return self.keys.get(name, ())


class HpaLoop:
    """The loop; its key is an autoscaler's ``namespace/name``."""

    name = "horizontal-pod-autoscaler"

    def __init__(self, api: Api, settings: Settings | None = None) -> None:
        self._api = api
        self._given = settings
        self._states: dict[str, _State] = {}
        self._selections = Selections(api)
        self._targets = _Interest()
        self._groups = _Interest()

    @property
    def settings(self) -> Settings:
        """Those that were given, or those of the version that the control plane has now."""
        return self._given or for_version(self._api.schemas.minor)

    # waking

    def watches(self) -> Mapping[str, Wakes]:
        """Autoscalers, their targets and pods, and what pods use."""
        of_target = Minding(self._target_changed, _OF_TARGETS, COLLECTION)
        return {
            COLLECTION: self._changed,
            "pods": Minding(self._pod_changed, _OF_PODS, COLLECTION),
            **dict.fromkeys(SCALABLE, of_target),
            CHANGES: self._use_changed,
        }

    def _changed(self, change: Change) -> Iterable[str | Later]:
        """A new one is looked at after one period, one that is gone at once."""
        before = change.previous
        if change.type == "DELETED":
            return (change.key,)
        if before is None:
            now = self._api.engine.now()
            self._states[change.key] = _State(now + self.settings.sync_period)
        elif before["spec"] == change.value["spec"]:
            return ()
        else:
            self._states[change.key].settles = 0
        return self._touched((change.key,))

    def _pod_changed(self, change: Change) -> Iterable[str | Later]:
        touched = list(self._selections.on_pod(change))
        for key in touched:
            self._states[key].settles = 0
        return self._touched(touched)

    def _target_changed(self, change: Change) -> Iterable[str | Later]:
        return self._touched(self._targets.of(f"{change.collection}/{change.key}"))

    def _use_changed(self, change: Change) -> Iterable[str | Later]:
        """The next scrape tells of a change, and the one after it of nothing else."""
        now = self._api.engine.now()
        scraped = now + -now % SCRAPE_PERIOD + SCRAPE_TAKES
        keys = tuple(self._groups.of(change.key))
        for key in keys:
            state = self._states[key]
            state.scrapes = (*state.scrapes, scraped, scraped + SCRAPE_PERIOD)
        return self._later(keys, scraped)

    def _touched(self, keys: Iterable[str]) -> list[str | Later]:
        """The keys of autoscalers that see something new, each at its next sync."""
        known = [key for key in keys if key in self._states]
        for key in known:
            self._states[key].touched = True
        return self._later(known)

    def _later(self, keys: Iterable[str], since: Micros = 0) -> list[str | Later]:
        """The keys, each at its next sync from a moment on."""
        now = self._api.engine.now()
        found: list[str | Later] = []
        for key in keys:
            state = self._states.get(key)
            if state is not None:
                found.append(Later(key, (self._tick(state, max(now, since)) - now) / SECOND))
        return found

    def _tick(self, state: _State, moment: Micros) -> Micros:
        """The first sync that is not before a moment, and has not been yet."""
        moment = max(moment, state.synced + 1)
        if moment <= state.begun:
            return state.begun
        return moment + (state.begun - moment) % self.settings.sync_period

    # reconciling

    def reconcile(self, key: str) -> Result | None:
        """Sync, if it is time; comes again when what is seen may differ."""
        autoscaler = self._api.get(COLLECTION, *split_key(key))
        state = self._states.get(key)
        if autoscaler is None or state is None:
            self._forget(key)
            return None
        now = self._api.engine.now()
        due = self._tick(state, now)
        if due > now:
            return Result((due - now) / SECOND)
        state.synced = now
        if self._is_stale(state, now):
            self._sync(key, autoscaler, state)
        elif state.last is not None:
            self._tell(autoscaler, state.last)
        next_sync = self._next(state, now)
        return None if next_sync is None else Result((next_sync - now) / SECOND)

    def _is_stale(self, state: _State, now: Micros) -> bool:
        """Whether this sync may come to something else than the last one."""
        last = state.last
        if state.touched or last is None or last.rescales:
            return True
        return any(moment <= now for moment in _moments(state)) or self._moves(state)

    def _forget(self, key: str) -> None:
        state = self._states.pop(key, None)
        if state is not None:
            self._targets.move(key, (state.place,), ())
            self._groups.move(key, state.groups, ())
        for other in self._selections.forget(key):
            if other in self._states:
                self._states[other].touched = True

    def _next(self, state: _State, now: Micros) -> Micros | None:
        """The next sync that may come to something else; None if only a change leads to one."""
        last, following = state.last, now + self.settings.sync_period
        if last is None or last.rescales or last.events or self._moves(state):
            return following
        first = min(_moments(state), default=None)
        return None if first is None else self._tick(state, max(first, following))

    def _moves(self, state: _State) -> bool:
        demand = self._api.usage.demand
        return any(demand.is_moving(group) for group in state.groups)

    def _sync(self, key: str, autoscaler: Obj, state: _State) -> None:
        """One sync as the real controller makes it."""
        now, touched = self._api.engine.now(), state.touched
        self._catch_up(state, now)
        decision = None if touched else self._again(autoscaler, state, now)
        if decision is None:
            decision = self._anew(key, autoscaler, state, now)
        state.memory, state.last = decision.memory, decision
        self._api.update_status({**autoscaler, "status": decision.status})
        self._tell(autoscaler, decision)

    def _again(self, autoscaler: Obj, state: _State, now: Micros) -> Decision | None:
        """The last decision with the metrics of now, if that is all that can be new."""
        last, known = state.last, state.steady
        if known is None or last is None or known.sync.settings is not self.settings:
            return None
        if last.until is not None and last.until <= now:
            return None
        asked = Asked(self._api.usage, self._api.kinds, namespace(autoscaler), known.asked, now)
        known = known.at(now, readings(asked, autoscaler["spec"]["metrics"]))
        if state.settles is not None and state.settles <= now:
            state.settles = quiet.settles(known.asked, now, self.settings)
            state.steady = known if state.settles else with_one_for_all(known)
        return repeated(known, autoscaler, replace(last, memory=state.memory))

    def _anew(self, key: str, autoscaler: Obj, state: _State, now: Micros) -> Decision:
        """What a sync comes to that looks at everything; the target is scaled if it says so."""
        state.steady = None
        try:
            target = scaletargets.find(
                self._api, namespace(autoscaler), autoscaler["spec"]["scaleTargetRef"]
            )
        except NoTarget as error:
            # Nothing tells when a target comes, so it is looked for each time.
            state.touched = True
            return without_scale(autoscaler, str(error), now, state.memory)
        self._file(key, state, target)
        observed = self._observed(key, autoscaler, state, target)
        decision = desired_replicas(autoscaler, observed, state.memory, self.settings)
        if decision.rescales:
            return self._rescale(autoscaler, target, decision)
        known = steady(autoscaler, observed, decision, self.settings)
        state.steady = known if known is None or state.settles else with_one_for_all(known)
        return decision

    def _catch_up(self, state: _State, now: Micros) -> None:
        """Remember what the syncs that were left out would have recommended: the same again."""
        state.touched = False
        state.scrapes = tuple(moment for moment in state.scrapes if moment > now)
        last = state.last
        if last is not None and not last.failed and last.status["currentMetrics"] is not None:
            state.memory = state.memory.still(now - self.settings.sync_period)

    def _file(self, key: str, state: _State, target: Target) -> None:
        """Remember what the autoscaler is to be woken by."""
        if target.place != state.place:
            self._targets.move(key, (state.place,) if state.place else (), (target.place,))
            state.place = target.place
        for other in self._selections.select(key, _selector(target.scale.selector)):
            if other != key and other in self._states:
                self._states[other].touched = True

    def _observed(self, key: str, autoscaler: Obj, state: _State, target: Target) -> Observed:
        now, metrics = self._api.engine.now(), autoscaler["spec"]["metrics"]
        pods = self._selections.pods(key)
        if state.settles is not None and state.settles <= now:
            state.settles = quiet.settles(pods, now, self.settings)
            self._watch_groups(key, state, pods, metrics)
        asked = Asked(self._api.usage, self._api.kinds, namespace(autoscaler), pods, now)
        found: list[Reading] = readings(asked, metrics)
        return Observed(now, target.scale, pods, found, self._selections.selected_by(key))

    def _watch_groups(
        self, key: str, state: _State, pods: Iterable[Obj], metrics: Iterable[Obj]
    ) -> None:
        usage = self._api.usage
        groups = dict.fromkeys(usage.demand.group(pod) for pod in pods)
        for metric in metrics:
            source = metric.get("object") or metric.get("external")
            if source is not None:
                groups.update(dict.fromkeys(usage.custom.groups_of(source["metric"]["name"])))
        groups.pop("", None)
        if tuple(groups) != state.groups:
            self._groups.move(key, state.groups, groups)
            state.groups = tuple(groups)

    def _rescale(self, autoscaler: Obj, target: Target, decision: Decision) -> Decision:
        now = self._api.engine.now()
        try:
            self._api.update(target.scaled(decision.replicas))
        except ApiError as error:
            return refused(decision, autoscaler, str(error), now)
        return written(decision, autoscaler, target.scale.replicas, now)

    def _tell(self, autoscaler: Obj, decision: Decision) -> None:
        for type_, reason, message in decision.events:
            self._api.record_event(autoscaler, type_, reason, message, component=COMPONENT)


def _moments(state: _State) -> list[Micros]:
    """When something may differ although nothing that is watched changes."""
    last = state.last
    known = (None if last is None else last.until, state.settles, *state.scrapes)
    return [one for one in known if one is not None]


@remembered_if_short(4096)
def _selector(text: str) -> Selector:
    """The selector of a target; one that cannot be read selects nothing."""
    try:
        return parse(text) if text else NO_PODS
    except InvalidSelector:
        return NO_PODS
