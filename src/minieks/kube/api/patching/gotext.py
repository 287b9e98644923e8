"""JSON values as Go's fmt prints them with ``%v``: ``map[a:1 b:[x y]]``."""

from typing import Any


def go_text(value: Any) -> str:
    """The text; keys of maps are in order, and nothing is quoted."""
    if isinstance(value, dict):
        return f"map[{' '.join(f'{key}:{go_text(value[key])}' for key in sorted(value))}]"
    if isinstance(value, list):
        return f"[{' '.join(go_text(item) for item in value)}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return "<nil>" if value is None else str(value)
