"""Functions as the checker and the evaluation know them, made of the tables in ``library``."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, TypeAlias

from minieks.kube.cel import terms
from minieks.kube.cel.rows import Row
from minieks.kube.cel.terms import Signature, Term
from minieks.kube.cel.values import Optional, TypeValue, UInt, type_name

Test: TypeAlias = Callable[[Any], bool]


@dataclass(frozen=True, slots=True, eq=False)
class Overload:
    """One way to call a function."""

    function: str
    signature: Signature
    run: Callable[..., Any]
    tests: tuple[Test | None, ...]

    def accepts(self, args: tuple[Any, ...]) -> bool:
        """Whether values are of the types of the parameters."""
        return len(args) == len(self.tests) and all(
            test is None or test(arg) for test, arg in zip(self.tests, args, strict=True)
        )


Functions: TypeAlias = Mapping[str, tuple[Overload, ...]]

_CLASSES: Final[dict[str, tuple[type, ...]]] = {
    "bool": (bool,),
    "double": (float,),
    "string": (str,),
    "bytes": (bytes,),
    "null": (type(None),),
    "type": (TypeValue,),
}


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, (bool, UInt))


def _test(parameter: Term) -> Test | None:
    """How to tell that a value is of the type; None if every value is."""
    kind = parameter.kind
    if kind in ("dyn", "parameter"):
        return None
    if kind == "int":
        return _is_int
    if kind in _CLASSES:
        classes = _CLASSES[kind]
        return lambda value: isinstance(value, classes)
    if terms.is_optional(parameter):
        return lambda value: isinstance(value, Optional)
    name = _VALUE_NAMES.get(kind, parameter.name if kind == "opaque" else kind)
    return lambda value: type_name(value) == name


_VALUE_NAMES: Final = {
    "timestamp": "google.protobuf.Timestamp",
    "duration": "google.protobuf.Duration",
}


def declared(rows: Iterable[Row]) -> dict[str, tuple[Overload, ...]]:
    """The functions of some rows, in their order."""
    found: dict[str, list[Overload]] = {}
    for name, text, run in rows:
        signature = terms.signature(text)
        tests = tuple(_test(parameter) for parameter in signature.parameters)
        found.setdefault(name, []).append(Overload(name, signature, run, tests))
    return {name: tuple(overloads) for name, overloads in found.items()}


@cache
def standard() -> Functions:
    """All functions of Kubernetes' base environment; they are made when first needed."""
    # Imported late: most runs of the command evaluate no expression.
    from minieks.kube.cel.library import ROWS  # noqa: PLC0415

    return declared(ROWS)


TYPE_NAMES: Final = {
    **{name: terms.term(name) for name in ("bool", "int", "uint", "double", "string", "bytes")},
    "null_type": terms.NULL,
    "list": terms.list_of(terms.DYN),
    "map": terms.map_of(terms.DYN, terms.DYN),
    "type": terms.type_of(terms.DYN),
    "dyn": terms.DYN,
    "google.protobuf.Timestamp": terms.TIMESTAMP,
    "google.protobuf.Duration": terms.DURATION,
    "optional_type": terms.optional_of(terms.DYN),
    "net.IP": terms.opaque("net.IP"),
    "net.CIDR": terms.opaque("net.CIDR"),
    "kubernetes.URL": terms.opaque("kubernetes.URL"),
    "kubernetes.Quantity": terms.opaque("kubernetes.Quantity"),
    "kubernetes.NamedFormat": terms.opaque("kubernetes.NamedFormat"),
    "kubernetes.Semver": terms.opaque("kubernetes.Semver"),
}
"""The types that have a name in expressions: ``type(x) == string``."""
