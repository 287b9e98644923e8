"""Patches as recorded cases use them: merge patches, and strategic ones for a few lists."""

from typing import Any

_MERGED_BY = {
    "containers": "name",
    "initContainers": "name",
    "env": "name",
    "volumes": "name",
    "conditions": "type",
}


def merged(target: Any, patch: Any, *, strategic: bool) -> Any:
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for field, value in patch.items():
        if value is None:
            result.pop(field, None)
        elif strategic and isinstance(value, list) and field in _MERGED_BY:
            result[field] = _merged_list(result.get(field) or [], value, _MERGED_BY[field])
        else:
            result[field] = merged(result.get(field), value, strategic=strategic)
    return result


def _merged_list(target: list[Any], patch: list[Any], by: str) -> list[Any]:
    result = list(target)
    for item in patch:
        for index, present in enumerate(result):
            if present[by] == item[by]:
                result[index] = merged(present, item, strategic=True)
                break
        else:
            result.append(item)
    return result
