"""Compares an object of ours with a recorded one, in which placeholders stand for chance."""

import re
from collections.abc import Iterator
from typing import Any

_PLACEHOLDER = re.compile(r"<(?:uid|time|rv\d*|suffix|clusterIP|nodePort|n)>")
# Who wrote which field is not kept here.
_LEFT_OUT = frozenset({"managedFields"})


def differences(got: Any, want: Any, path: str = "") -> Iterator[str]:
    """The places where the two do not agree, and how."""
    if isinstance(want, dict) and isinstance(got, dict):
        for key in sorted({*want, *got} - _LEFT_OUT):
            place = f"{path}.{key}"
            if key not in want:
                yield f"{place}: only ours: {got[key]!r}"
            elif key not in got:
                yield f"{place}: only theirs: {want[key]!r}"
            else:
                yield from differences(got[key], want[key], place)
    elif isinstance(want, list) and isinstance(got, list) and len(want) == len(got):
        for position, (ours, theirs) in enumerate(zip(got, want, strict=True)):
            yield from differences(ours, theirs, f"{path}[{position}]")
    elif not _same(got, want):
        yield f"{path}: ours {got!r}, theirs {want!r}"


def _same(got: Any, want: Any) -> bool:
    if not isinstance(want, str) or not _PLACEHOLDER.search(want):
        return type(got) is type(want) and bool(got == want)
    parts = _PLACEHOLDER.split(want)
    pattern = ".+".join(re.escape(part) for part in parts)
    return re.fullmatch(pattern, str(got)) is not None
