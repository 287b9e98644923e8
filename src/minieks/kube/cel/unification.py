"""Whether a value of one type can stand where another type is wanted.

Source: cel-go checker/types.go.
"""

from typing import Final, TypeAlias

from minieks.kube.cel.terms import DYN, Term

Bindings: TypeAlias = dict[str, Term]
"""What the variables of types stand for."""

_NULLABLE: Final = frozenset({"null", "object", "opaque", "timestamp", "duration"})
_WILD: Final = frozenset({"dyn", "!error!"})


def assign(wanted: tuple[Term, ...], given: tuple[Term, ...], bindings: Bindings) -> bool:
    """Whether all given types fit; ``bindings`` learn what variables stand for if they do."""
    if len(wanted) != len(given):
        return False
    trial = dict(bindings)
    if not all(_fits(one, other, trial) for one, other in zip(wanted, given, strict=True)):
        return False
    bindings.update(trial)
    return True


def substituted(term: Term, bindings: Bindings, *, free_is_dyn: bool = False) -> Term:
    """The type with its variables replaced; what is still free may become dyn."""
    term = _resolved(term, bindings)
    if term.kind == "parameter":
        return DYN if free_is_dyn else term
    if not term.parameters:
        return term
    inner = tuple(substituted(one, bindings, free_is_dyn=free_is_dyn) for one in term.parameters)
    return Term(term.kind, term.name, inner, term.fields, term.size)


def more_general(left: Term, right: Term) -> Term:
    """The type that also covers the other one, of two that fit each other."""
    return right if right.kind in _WILD or left.kind == "null" else left


def _resolved(term: Term, bindings: Bindings) -> Term:
    while term.kind == "parameter" and term.name in bindings:
        term = bindings[term.name]
    return term


def _fits(wanted: Term, given: Term, bindings: Bindings) -> bool:
    bound = wanted.name if wanted.kind == "parameter" else ""
    left, right = _resolved(wanted, bindings), _resolved(given, bindings)
    if left.kind == "parameter":
        return _bound(left, right, bindings)
    if right.kind == "parameter":
        return _bound(right, left, bindings)
    if left.kind in _WILD or right.kind in _WILD:
        if bound and right.kind in _WILD:
            bindings[bound] = right
        return True
    if "null" in (left.kind, right.kind):
        other = right if left.kind == "null" else left
        return other.kind in _NULLABLE
    if left.kind == "type":
        return right.kind == "type"
    return _same(left, right, bindings)


def _same(left: Term, right: Term, bindings: Bindings) -> bool:
    if (left.kind, left.name) != (right.kind, right.name):
        return False
    pairs = zip(left.parameters, right.parameters, strict=False)
    return all(_fits(one, other, bindings) for one, other in pairs)


def _bound(variable: Term, term: Term, bindings: Bindings) -> bool:
    if term == variable:
        return True
    if _mentions(term, variable, bindings):
        return False
    bindings[variable.name] = term
    return True


def _mentions(term: Term, variable: Term, bindings: Bindings) -> bool:
    term = _resolved(term, bindings)
    return term == variable or any(_mentions(one, variable, bindings) for one in term.parameters)
