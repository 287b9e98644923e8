"""Semantic versions. Source: kubernetes pkg/cel/library/semverlib.go, semver.org 2.0.0."""

import re
from dataclasses import dataclass
from typing import Final

from minieks.kube.cel.errors import EvaluationError
from minieks.kube.cel.rows import Row
from minieks.kube.cel.values import Opaque

_NUMBER: Final = r"(0|[1-9]\d*)"
_VERSION: Final = re.compile(
    rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}(?:-([0-9A-Za-z.-]+))?(?:\+([0-9A-Za-z.-]+))?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Semver(Opaque):
    """A version and its pre-release parts; what is built with it does not count."""

    numbers: tuple[int, int, int]
    before: tuple[str, ...]

    cel_type = "kubernetes.Semver"

    def order(self) -> tuple[object, ...]:
        """What versions are compared by: one without pre-release parts comes last."""
        parts = tuple((0, int(one), "") if one.isdecimal() else (1, 0, one) for one in self.before)
        return (*self.numbers, not self.before, parts)


def _normal(text: str) -> str:
    """With no ``v`` before it, three numbers, and none with zeros before it."""
    core, sign, rest = re.sub("^v", "", text), "", ""
    found = re.search("[-+]", core)
    if found is not None:
        core, sign, rest = core[: found.start()], found.group(), core[found.end() :]
    numbers = [number.lstrip("0") or "0" for number in core.split(".")]
    return ".".join([*numbers, *["0"] * (3 - len(numbers))]) + sign + rest


def _parsed(text: str, normalize: bool = False) -> Semver | None:
    match = _VERSION.fullmatch(_normal(text) if normalize else text)
    if match is None:
        return None
    major, minor, patch, before, _ = match.groups()
    parts = tuple(before.split(".")) if before else ()
    return Semver((int(major), int(minor), int(patch)), parts) if all(parts) else None


def _semver(text: str, normalize: bool = False) -> Semver:
    found = _parsed(text, normalize)
    if found is None:
        raise EvaluationError(f'"{text}" is not a semantic version')
    return found


def _compared(left: Semver, right: Semver) -> int:
    one, other = left.order(), right.order()
    return (one > other) - (one < other)


_S: Final = "kubernetes.Semver"

ROWS: Final[tuple[Row, ...]] = (
    ("semver", f"(string) -> {_S}", _semver),
    ("semver", f"(string, bool) -> {_S}", _semver),
    ("isSemver", "(string) -> bool", lambda text: _parsed(text) is not None),
    ("isSemver", "(string, bool) -> bool", lambda text, loose: _parsed(text, loose) is not None),
    ("major", f"{_S}.() -> int", lambda version: version.numbers[0]),
    ("minor", f"{_S}.() -> int", lambda version: version.numbers[1]),
    ("patch", f"{_S}.() -> int", lambda version: version.numbers[2]),
    ("isGreaterThan", f"{_S}.({_S}) -> bool", lambda one, two: _compared(one, two) > 0),
    ("isLessThan", f"{_S}.({_S}) -> bool", lambda one, two: _compared(one, two) < 0),
    ("compareTo", f"{_S}.({_S}) -> int", _compared),
)
