"""JSON merge patch (RFC 7386): an object is merged, null removes, anything else replaces."""

from typing import Any


def apply(document: Any, patch: Any) -> Any:
    """The document with the patch; what the patch leaves alone is shared, not copied."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(document) if isinstance(document, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = apply(merged.get(key), value)
    return merged
