"""Whether an applied object fits its type, in the words of the API server.

Source: sigs.k8s.io/structured-merge-diff typed/validate.go and typed/helpers.go.
"""

import json
from typing import Any

from minieks.kube.api.apply import paths
from minieks.kube.api.apply.items import NoElement, element_of, keys_of
from minieks.kube.api.apply.types import Atom, ListType, MapType
from minieks.kube.api.patching.gotext import go_text


def mistakes(value: Any, atom: Atom) -> list[str]:
    """What does not fit, each with its path; fields in the order in which they stand."""
    found: list[str] = []
    _check(value, atom, "", found)
    return found


def aggregate(found: list[str]) -> str:
    """All mistakes in one text."""
    if len(found) == 1:
        return found[0]
    return "\n".join(["errors:", *(f"  {mistake}" for mistake in found)])


def _check(value: Any, atom: Atom, path: str, found: list[str]) -> None:
    if value is None:
        return
    one = atom.of(value)
    if one.map is not None:
        if isinstance(value, dict):
            _check_map(value, one.map, path, found)
        else:
            _note(found, path, f"expected map, got {_pointer(value)}")
    elif one.scalar:
        _note(found, path, _scalar_mistake(value, one.scalar))
    elif one.list is not None:
        if isinstance(value, list):
            _check_list(value, one.list, path, found)
        else:
            _note(found, path, f"expected list, got {_pointer(value)}")


def _check_map(value: dict[str, Any], of: MapType, path: str, found: list[str]) -> None:
    for key, member in value.items():
        child = of.child(key)
        if child is None:
            # Where one field is not known, no other is looked at any more.
            _note(found, f"{path}.{key}", "field not declared in schema")
            return
        _check(member, child, f"{path}.{key}", found)


def _check_list(value: list[Any], of: ListType, path: str, found: list[str]) -> None:
    seen: set[str] = set()
    for position, item in enumerate(value):
        place = f"[{position}]"
        if not of.atomic:
            try:
                element = element_of(item, of)
            except NoElement as error:
                _note(found, path, f"element {position}: {error}")
                return
            place = _shown(item, of)
            if element in seen:
                _note(found, path, f"duplicate entries for key {place}")
            seen.add(element)
        _check(item, of.element, path + place, found)


def _shown(item: Any, of: ListType) -> str:
    if of.keys:
        return paths.keys_text(keys_of(item, of))
    return f"[={json.dumps(item, ensure_ascii=False)}]"


def _note(found: list[str], path: str, mistake: str) -> None:
    if mistake:
        found.append(f"{path}: {mistake}" if path else mistake)


def _scalar_mistake(value: Any, scalar: str) -> str:
    """What is wrong with a scalar; "" if nothing is."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if scalar == "numeric" and not number:
        return f"expected numeric (int or float), got {_go_type(value)}"
    if scalar == "string" and not isinstance(value, str):
        return f"expected string, got &value.valueUnstructured{{Value:{_go_syntax(value)}}}"
    if scalar == "boolean" and not isinstance(value, bool):
        return f"expected boolean, got {_pointer(value)}"
    if scalar == "untyped" and isinstance(value, (dict, list)):
        return f"expected any scalar, got {_pointer(value)}"
    return ""


def _pointer(value: Any) -> str:
    """A value as Go prints it with %v."""
    return f"&{{{go_text(value)}}}"


def _go_type(value: Any) -> str:
    if isinstance(value, dict):
        return "map[string]interface {}"
    if isinstance(value, list):
        return "[]interface {}"
    return "bool" if isinstance(value, bool) else "string"


def _go_syntax(value: Any) -> str:
    """A value as Go prints it with %#v."""
    if isinstance(value, dict):
        inner = ", ".join(f"{json.dumps(key)}:{_go_syntax(value[key])}" for key in sorted(value))
        return f"map[string]interface {{}}{{{inner}}}"
    if isinstance(value, list):
        return f"[]interface {{}}{{{', '.join(map(_go_syntax, value))}}}"
    return "interface {}(nil)" if value is None else json.dumps(value, ensure_ascii=False)
