"""Selectors over labels: of API objects, of query strings, and of nodes.

The rules are those of kubernetes apimachinery ``pkg/labels/selector.go`` and of
component-helpers ``scheduling/corev1/nodeaffinity``. A compiled selector is a value: it can be
compared, hashed and kept.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, NamedTuple

Labels = Mapping[str, str]

_INTEGER: Final = re.compile(r"[+-]?[0-9]+", re.ASCII)


class InvalidSelector(ValueError):
    """A text that is no label selector."""


def _as_int(text: str) -> int | None:
    """The number in a label value; None if it is no int64."""
    if _INTEGER.fullmatch(text) is None:
        return None
    number = int(text)
    return number if -(2**63) <= number < 2**63 else None


class Requirement(NamedTuple):
    """One condition on one label."""

    key: str
    operator: str
    values: tuple[str, ...] = ()

    def matches(self, labels: Labels) -> bool:
        """Whether the labels meet the condition."""
        found = labels.get(self.key)
        match self.operator:
            case "In":
                return found is not None and found in self.values
            case "NotIn":
                return found is None or found not in self.values
            case "Exists":
                return found is not None
            case "DoesNotExist":
                return found is None
        return found is not None and self._compare(found)

    def _compare(self, found: str) -> bool:
        number, bound = _as_int(found), _as_int(self.values[0]) if self.values else None
        if number is None or bound is None:
            return False
        return number > bound if self.operator == "Gt" else number < bound


@dataclass(frozen=True, slots=True)
class Selector:
    """Requirements that must all hold; without any, everything matches unless ``nothing``."""

    requirements: tuple[Requirement, ...] = ()
    nothing: bool = False
    _pairs: frozenset[tuple[str, str]] | None = field(init=False, repr=False, compare=False)
    """The labels that all have to be there, if nothing else is required."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_pairs", None if self.nothing else _pairs(self.requirements))

    def matches(self, labels: Labels) -> bool:
        """Whether the labels meet every requirement."""
        if self._pairs is not None:
            return self._pairs <= labels.items()
        if self.nothing:
            return False
        for requirement in self.requirements:  # noqa: SIM110 - asked too often for a generator
            if not requirement.matches(labels):
                return False
        return True

    @property
    def is_empty(self) -> bool:
        """Whether there is no requirement at all."""
        return not self.requirements and not self.nothing


def _pairs(requirements: Iterable[Requirement]) -> frozenset[tuple[str, str]] | None:
    """Requirements that are only of labels with one value, as most are; else None."""
    found = tuple(requirements)
    if any(one.operator != "In" or len(one.values) != 1 for one in found):
        return None
    return frozenset((one.key, one.values[0]) for one in found)


NOTHING: Final = Selector(nothing=True)

_COMPILED: dict[int, tuple[Mapping[str, Any], Selector]] = {}
_COMPILED_MOST: Final = 65536


def compile_selector(selector: Mapping[str, Any] | None) -> Selector:
    """The matcher of a ``metav1.LabelSelector``: None matches nothing, ``{}`` everything.

    Remembered for each selector object (objects are never changed once stored).
    """
    if selector is None:
        return NOTHING
    known = _COMPILED.get(id(selector))
    if known is not None:
        return known[1]
    compiled = Selector((*_of_map(selector.get("matchLabels")), *_of_expressions(selector)))
    if len(_COMPILED) >= _COMPILED_MOST:
        _COMPILED.clear()
    _COMPILED[id(selector)] = (selector, compiled)
    return compiled


def from_map(labels: Labels | None) -> Selector:
    """The matcher of a plain map, as in a Service's ``spec.selector``; empty matches everything."""
    return Selector(tuple(_of_map(labels)))


def as_text(selector: Mapping[str, Any]) -> str:
    """A ``metav1.LabelSelector``, or a plain map of labels, as a text that `parse` reads."""
    found = _of_map(selector)
    if "matchLabels" in selector or "matchExpressions" in selector:
        found = compile_selector(selector).requirements
    return ",".join(_text(one) for one in sorted(found))


def _text(one: Requirement) -> str:
    match one.operator:
        case "Exists":
            return one.key
        case "DoesNotExist":
            return f"!{one.key}"
        case "In" if len(one.values) == 1:
            return f"{one.key}={one.values[0]}"
    return f"{one.key} {one.operator.lower()} ({','.join(one.values)})"


def requirement(expression: Mapping[str, Any]) -> Requirement:
    """The condition of one ``matchExpressions`` item."""
    values = tuple(sorted(expression.get("values") or ()))
    return Requirement(expression["key"], expression["operator"], values)


def _of_map(labels: Labels | None) -> Iterable[Requirement]:
    return (Requirement(key, "In", (value,)) for key, value in sorted((labels or {}).items()))


def _of_expressions(selector: Mapping[str, Any]) -> Iterable[Requirement]:
    return (requirement(expression) for expression in selector.get("matchExpressions") or ())


# Texts: a=b, a==b, a!=b, a in (x,y), a notin (x,y), a, !a, a>1, a<1 ---------------------------

_KEY: Final = r"[A-Za-z0-9_./-]+"
_ITEM: Final = re.compile(
    rf"\s*(?:(?P<no>!)\s*(?P<absent>{_KEY})"
    rf"|(?P<set>{_KEY})\s+(?P<word>in|notin)\s*\((?P<values>[^()]*)\)"
    rf"|(?P<key>{_KEY})\s*(?P<sign>==|=|!=|>|<)\s*(?P<value>[A-Za-z0-9_.-]*)"
    rf"|(?P<present>{_KEY}))\s*(?:,|$)",
    re.ASCII,
)
_SIGNS: Final = {"=": "In", "==": "In", "!=": "NotIn", ">": "Gt", "<": "Lt"}
_WORDS: Final = {"in": "In", "notin": "NotIn"}


@lru_cache(maxsize=4096)
def parse(text: str) -> Selector:
    """The matcher of a query's ``labelSelector``; raises InvalidSelector."""
    found, at = [], 0
    while text.strip() and at < len(text):
        item = _ITEM.match(text, at)
        if item is None:
            raise InvalidSelector(f"unable to parse requirement: found {text[at:].strip()!r}")
        found.append(_parsed(item))
        at = item.end()
    if text.rstrip().endswith(","):
        raise InvalidSelector("found '', expected: identifier after ','")
    return Selector(tuple(found))


def _parsed(item: re.Match[str]) -> Requirement:
    if item["no"]:
        return Requirement(item["absent"], "DoesNotExist")
    if item["present"]:
        return Requirement(item["present"], "Exists")
    if item["set"]:
        values = tuple(sorted(part.strip() for part in item["values"].split(",")))
        return Requirement(item["set"], _WORDS[item["word"]], values)
    if item["sign"] in "<>" and _as_int(item["value"]) is None:
        raise InvalidSelector(f"for 'Gt', 'Lt' operators, the value must be an integer: {item[0]}")
    return Requirement(item["key"], _SIGNS[item["sign"]], (item["value"],))


# Nodes -----------------------------------------------------------------------------------------


class NodeTerm(NamedTuple):
    """One nodeSelectorTerm: conditions on the labels and on ``metadata.name``."""

    expressions: tuple[Requirement, ...]
    fields: tuple[Requirement, ...]

    def matches(self, labels: Labels, node_name: str) -> bool:
        """Whether the node meets all conditions; a term without any matches no node."""
        if not self.expressions and not self.fields:
            return False
        named = {"metadata.name": node_name}
        return all(item.matches(labels) for item in self.expressions) and all(
            item.matches(named) for item in self.fields
        )


def node_term(term: Mapping[str, Any]) -> NodeTerm:
    """The matcher of one nodeSelectorTerm."""
    return NodeTerm(
        tuple(requirement(item) for item in term.get("matchExpressions") or ()),
        tuple(requirement(item) for item in term.get("matchFields") or ()),
    )


@dataclass(frozen=True, slots=True)
class NodeSelector:
    """Terms of which one must match; without any, no node does."""

    terms: tuple[NodeTerm, ...]

    def matches(self, labels: Labels, node_name: str) -> bool:
        """Whether the node meets one of the terms."""
        return any(term.matches(labels, node_name) for term in self.terms)


def node_selector(selector: Mapping[str, Any]) -> NodeSelector:
    """The matcher of a ``core/v1`` NodeSelector."""
    return NodeSelector(tuple(node_term(term) for term in selector.get("nodeSelectorTerms") or ()))
