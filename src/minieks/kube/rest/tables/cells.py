"""What the printers of several kinds share: ages, selectors, containers, lists that are cut.

Source: kubernetes pkg/printers/internalversion/printers.go.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from minieks.engine.clock import Micros
from minieks.kube.rest.tables import ages
from minieks.kube.words.objects import Obj, metadata

Cell: TypeAlias = Any
"""JSON: a string, a number, a boolean, or null where a custom resource says nothing."""
Printer: TypeAlias = Callable[[Obj, Micros], Sequence[Cell]]

NONE: Final = "<none>"
UNSET: Final = "<unset>"
UNKNOWN: Final = "<unknown>"
_NOTHING: Final[Mapping[str, Any]] = {}


def spec(obj: Obj) -> Mapping[str, Any]:
    """The object's spec; empty if it has none."""
    return obj.get("spec") or _NOTHING


def status(obj: Obj) -> Mapping[str, Any]:
    """The object's status; empty if it has none."""
    return obj.get("status") or _NOTHING


def name(obj: Obj) -> str:
    """The object's name."""
    return str(metadata(obj).get("name", ""))


def age(obj: Obj, now: Micros) -> str:
    """How long ago the object was created."""
    return ages.since(metadata(obj).get("creationTimestamp"), now)


def named(obj: Obj, now: Micros) -> Sequence[Cell]:
    """Name and age, of kinds that show nothing else."""
    return (name(obj), age(obj, now))


def created(obj: Obj, now: Micros) -> Sequence[Cell]:
    """Name and creation time, of kinds without a printer of their own."""
    return (name(obj), metadata(obj).get("creationTimestamp"))


def joined(pairs: Mapping[str, str] | None) -> str:
    """Labels as ``a=b,c=d`` in the order of their keys."""
    return ",".join(f"{key}={(pairs or {})[key]}" for key in sorted(pairs or ())) or NONE


def label_selector(selector: Mapping[str, Any] | None) -> str:
    """A LabelSelector in one line. Source: apimachinery meta/v1 FormatLabelSelector."""
    selector = selector or _NOTHING
    pairs = selector.get("matchLabels") or _NOTHING
    parts = [(key, f"{key}={value}") for key, value in pairs.items()]
    parts += [(one["key"], _expression(one)) for one in selector.get("matchExpressions") or ()]
    return ",".join(text for _, text in sorted(parts)) or NONE


def _expression(one: Mapping[str, Any]) -> str:
    key, operator = one["key"], one.get("operator")
    if operator == "Exists":
        return str(key)
    if operator == "DoesNotExist":
        return f"!{key}"
    values = ",".join(sorted(one.get("values") or ()))
    return f"{key} {'in' if operator == 'In' else 'notin'} ({values})"


def containers(template: Mapping[str, Any] | None) -> tuple[str, str]:
    """The names and the images of a template's containers."""
    found = ((template or _NOTHING).get("spec") or _NOTHING).get("containers") or ()
    names = ",".join(one.get("name", "") for one in found)
    return names, ",".join(one.get("image", "") for one in found)


def cut(items: Iterable[str], shown: int, separator: str = ",") -> str:
    """The first items; how many more there are is told."""
    found = list(items)
    text = separator.join(found[:shown])
    return f"{text} + {len(found) - shown} more..." if len(found) > shown else text


def go_bool(value: bool | None) -> str:
    """``True`` or ``False``; ``<unset>`` if it is not said."""
    return UNSET if value is None else str(value)
