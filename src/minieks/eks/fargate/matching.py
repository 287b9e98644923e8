"""Which Fargate profile takes a pod, and if none does, what each of them missed.

Source: AWS user guide for EKS, "Define which Pods use AWS Fargate when launched". A selector
matches when the pod's namespace and every label of the selector match; a profile matches when one
of its selectors does; of several profiles the alphanumerically first one takes the pod, unless the
pod's label names one of them. (Until mid-2022 EKS chose at random.)
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from minieks.eks.fargate.profiles import Profile, Selector
from minieks.eks.labels import COMPUTE_TYPE, FARGATE_PROFILE
from minieks.kube.words.objects import Obj, annotations, labels, namespace


@dataclass(frozen=True, slots=True)
class Missed:
    """What a pod lacked for one selector: the namespace, or labels (``key=value``)."""

    selector: int
    namespace: str = ""
    labels: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.namespace:
            return f"selector {self.selector + 1} wants namespace {self.namespace}"
        return f"selector {self.selector + 1} wants label {', '.join(self.labels)}"


@dataclass(frozen=True, slots=True)
class Considered:
    """One profile's view of a pod: the selector that matched, or what each of them missed."""

    profile: str
    selector: int | None = None
    missed: tuple[Missed, ...] = ()
    status: str = "ACTIVE"

    @property
    def matches(self) -> bool:
        """Whether the profile would take the pod now."""
        return self.selector is not None and self.status == "ACTIVE"


@dataclass(frozen=True, slots=True)
class Match:
    """The profile that takes the pod, its selector's index, and what the others made of it."""

    profile: Profile
    selector: int
    considered: tuple[Considered, ...]


@dataclass(frozen=True, slots=True)
class NoMatch:
    """Why no profile takes the pod; ``reason`` is one sentence for a reader."""

    reason: str
    considered: tuple[Considered, ...] = ()


def match(profiles: Iterable[Profile], pod: Obj) -> Match | NoMatch:
    """The profile that takes the pod when it is created, or why none does."""
    if annotations(pod).get(COMPUTE_TYPE) == "ec2":
        return NoMatch(f"its annotation {COMPUTE_TYPE}: ec2 keeps it off Fargate")
    ordered = sorted(profiles, key=lambda profile: profile.name)
    considered = tuple(consider(profile, pod) for profile in ordered)
    wanted = labels(pod).get(FARGATE_PROFILE)
    for profile, view in zip(ordered, considered, strict=True):
        if view.matches and view.selector is not None and wanted in (None, profile.name):
            return Match(profile, view.selector, considered)
    return NoMatch(_reason(ordered, considered, wanted), considered)


def consider(profile: Profile, pod: Obj) -> Considered:
    """What one profile makes of a pod."""
    missed = []
    for index, selector in enumerate(profile.selectors):
        miss = _miss(index, selector, pod)
        if miss is None:
            return Considered(profile.name, index, (), profile.status)
        missed.append(miss)
    return Considered(profile.name, None, tuple(missed), profile.status)


def _miss(index: int, selector: Selector, pod: Obj) -> Missed | None:
    if not matches_pattern(selector.namespace, namespace(pod)):
        return Missed(index, namespace=selector.namespace)
    absent = tuple(
        f"{key}={value}"
        for key, value in selector.labels.items()
        if not _has_label(pod, key, value)
    )
    return Missed(index, labels=absent) if absent else None


def _has_label(pod: Obj, key: str, value: str) -> bool:
    return any(
        matches_pattern(key, own_key) and matches_pattern(value, own_value)
        for own_key, own_value in labels(pod).items()
    )


def matches_pattern(pattern: str, text: str) -> bool:
    """Whether ``text`` is ``pattern``, in which ``*`` is any run and ``?`` any one character."""
    if "*" not in pattern and "?" not in pattern:
        return pattern == text
    return _compiled(pattern).fullmatch(text) is not None


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    parts = (".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern)
    return re.compile("".join(parts), re.DOTALL)


def _reason(
    profiles: Sequence[Profile], considered: Sequence[Considered], wanted: str | None
) -> str:
    if not profiles:
        return "the cluster has no Fargate profile"
    if wanted is not None and wanted not in [profile.name for profile in profiles]:
        return f"its label {FARGATE_PROFILE} names profile {wanted}, which does not exist"
    views = [view for view in considered if wanted in (None, view.profile)]
    return "; ".join(_explain(view) for view in views)


def _explain(view: Considered) -> str:
    if view.selector is not None:
        return f"profile {view.profile} matches but is {view.status}, not ACTIVE"
    if not view.missed:
        return f"profile {view.profile} has no selector"
    return f"profile {view.profile}: " + ", ".join(str(miss) for miss in view.missed)
