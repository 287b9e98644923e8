"""Compares an answer of ours with a recorded one, in which placeholders stand for chance.

The same token stands for the same value within a case, and the numbers of resource versions rise
with those of their tokens.
"""

import re
from collections.abc import Iterator
from typing import Any

PATTERNS = {
    "uid": r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    "time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z",
    "suffix": r"[a-z0-9]+",
    "clusterIP": r"[0-9.]+",
    "nodePort": r"\d+",
    "continue": r"\S+",
    "token": r"\S+",
    "rv": r"\d+",
    "n": r"\d+",
    "tmp": r".*",
    "hash": r"[0-9A-F]+",
    "commit": r"[0-9a-f]+",
    "age": r"\d[0-9a-z]*",
    "pid": r"\d+",
    "SHA512-upper-hex": r"[0-9A-F]{128}",
}
_SECONDS_AGO = re.compile(r"\d+s")
# Revisions inside of texts, which the records give as they were on the recording server.
_RECORDED = re.compile(r'(?<=resourceVersion: ")\d+|(?<=in record \()\d+(?=\))')
# The recording server's vendor adds a source to each pod's token volume. It was taken out of the
# records, but the lines that a difference of two pods starts at were counted with it.
_HUNK = re.compile(r"@@ -(\d+),(\d+) \+(\d+),(\d+) @@")
_LINES_OF_THE_VENDOR = 18
_TOKEN = re.compile(r"<(rv\d+|REPEAT x \d+|" + "|".join(PATTERNS) + r")>")


class Tokens:
    """What the numbered tokens of a case have stood for so far."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}

    def agree(self, wanted: str, got: str) -> bool:
        """Whether the text is the wanted one with its tokens replaced."""
        wanted, got = _RECORDED.sub("", wanted), _RECORDED.sub("", got)
        if _HUNK.search(got) and wanted == _HUNK.sub(_with_vendors_lines, got):
            return True
        if "<" not in wanted:
            return wanted == got or _are_ages(wanted, got)
        parts = _TOKEN.split(wanted)
        if len(parts) == 1:
            return wanted == got
        names = parts[1::2]
        pattern = "".join(
            re.escape(part) if position % 2 == 0 else f"({_pattern(part)})"
            for position, part in enumerate(parts)
        )
        found = re.fullmatch(pattern, got, re.DOTALL)
        if found is None:
            return False
        numbered = [
            (name, value)
            for name, value in zip(names, found.groups(), strict=True)
            if name.startswith("rv") and name != "rv"
        ]
        return all(self._bind(name, value) for name, value in numbered)

    def _bind(self, name: str, value: str) -> bool:
        known = self._values.get(name)
        if known is not None:
            return known == value
        number, revision = int(name[2:]), int(value)
        for other, other_value in self._values.items():
            if (int(other[2:]) < number) != (int(other_value) < revision):
                return False
        self._values[name] = value
        return True


def _with_vendors_lines(hunk: re.Match[str]) -> str:
    before, count, after, count_after = map(int, hunk.groups())
    starts = f"-{before + _LINES_OF_THE_VENDOR},{count} +{after + _LINES_OF_THE_VENDOR}"
    return f"@@ {starts},{count_after} @@"


def _are_ages(wanted: str, got: str) -> bool:
    """Whether both tell an age in seconds, which the moment of the request decides."""
    return bool(_SECONDS_AGO.fullmatch(wanted) and _SECONDS_AGO.fullmatch(got))


def _pattern(token: str) -> str:
    if token.startswith("REPEAT"):
        return r".{" + token.rpartition(" ")[2] + "}"
    return r"\d+" if token.startswith("rv") else PATTERNS[token]


def differences(tokens: Tokens, wanted: Any, got: Any, path: str = "") -> Iterator[str]:
    """The places where the two do not agree, and how."""
    if isinstance(wanted, dict) and isinstance(got, dict):
        for key in [*wanted, *(key for key in got if key not in wanted)]:
            place = f"{path}.{key}"
            if key not in wanted:
                yield f"{place}: not there, got {got[key]!r}"
            elif key not in got:
                yield f"{place}: {wanted[key]!r}, got nothing"
            else:
                yield from differences(tokens, wanted[key], got[key], place)
    elif isinstance(wanted, list) and isinstance(got, list):
        if len(wanted) != len(got):
            yield f"{path}: {len(wanted)} items, got {len(got)}: {wanted!r}, got {got!r}"
            return
        for position, (theirs, ours) in enumerate(zip(wanted, got, strict=True)):
            yield from differences(tokens, theirs, ours, f"{path}[{position}]")
    elif not _same(tokens, wanted, got):
        yield f"{path}: {wanted!r}, got {got!r}"


def _same(tokens: Tokens, wanted: Any, got: Any) -> bool:
    if isinstance(wanted, str) and isinstance(got, str):
        return tokens.agree(wanted, got)
    if isinstance(wanted, str) and isinstance(got, int) and not isinstance(got, bool):
        return wanted != str(got) and tokens.agree(wanted, str(got))
    return type(wanted) is type(got) and bool(wanted == got)
