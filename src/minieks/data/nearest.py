"""What the user may have meant."""

import difflib
from collections.abc import Iterable


def nearest(name: str, names: Iterable[str], count: int = 3) -> list[str]:
    """Up to ``count`` of the names that look most like ``name``, best first."""
    return difflib.get_close_matches(name.lower(), list(names), n=count, cutoff=0.5)


def did_you_mean(name: str, names: Iterable[str], otherwise: str) -> str:
    """A hint that offers the nearest names, or ``otherwise`` if nothing is near."""
    found = nearest(name, names)
    return f"did you mean {', '.join(found)}?" if found else otherwise
