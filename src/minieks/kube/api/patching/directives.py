"""The directives of a strategic merge patch: their names, and a patch without them.

Source: kubernetes apimachinery pkg/util/strategicpatch/patch.go and the design document
"Strategic Merge Patch" of sig-api-machinery.
"""

from collections.abc import Mapping
from typing import Any, Final

from minieks.kube.api.patching import failures

PATCH: Final = "$patch"
RETAIN_KEYS: Final = "$retainKeys"
DELETE_ITEMS: Final = "$deleteFromPrimitiveList/"
ORDER: Final = "$setElementOrder/"
REPLACE: Final = "replace"
DELETE: Final = "delete"
MERGE: Final = "merge"


def is_directive(key: str) -> bool:
    """Whether the key of a patch says how to patch, and is no field."""
    return key in (PATCH, RETAIN_KEYS) or key.startswith((DELETE_ITEMS, ORDER))


def plain(value: Any) -> Any:
    """A value of a patch as it is stored where nothing is yet: without directives and nulls."""
    if isinstance(value, dict):
        return {
            key: plain(member)
            for key, member in value.items()
            if member is not None and not is_directive(key)
        }
    if isinstance(value, list):
        return [plain(item) for item in value if not _only_directs(item)]
    return value


def retained(original: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of the original that ``$retainKeys`` of the patch leaves; raises BadRequest."""
    kept = patch.get(RETAIN_KEYS)
    if RETAIN_KEYS not in patch:
        return dict(original)
    if not isinstance(kept, list):
        raise failures.bad_format("retainKeys")
    wanted = (key for key, value in patch.items() if value is not None and not is_directive(key))
    if any(key not in kept for key in wanted):
        raise failures.bad_format("retainKeys")
    return {key: value for key, value in original.items() if key in kept}


def _only_directs(item: Any) -> bool:
    if not isinstance(item, dict) or PATCH not in item:
        return False
    return item[PATCH] == DELETE or len(item) == 1
