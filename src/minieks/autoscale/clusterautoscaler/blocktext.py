"""A document of mappings, lists of mappings, short texts and numbers as YAML, quickly.

The status is written hundreds of times a day, and the YAML library takes longer for it than all
else that a round does. It is asked how each text is quoted, once, and for whole documents that
have a text that it would fold.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

import yaml

from minieks.kube.words.objects import Obj

_SHORT: Final = 40
"""Characters of a text with spaces that stays on its line, however deep it stands here."""


def block_text(document: Obj) -> str:
    """The document as the library writes it in block style, its keys in their order."""
    if document and _is_plain(document):
        return "".join(f"{line}\n" for line in _lines(document))
    return _by_library(document)


def _is_plain(part: Any) -> bool:
    if isinstance(part, dict):
        return all(map(_is_plain, part.values()))
    if isinstance(part, list):
        return all(isinstance(one, dict) and one and _is_plain(one) for one in part)
    if isinstance(part, str):
        return part.isprintable() and (len(part) <= _SHORT or " " not in part)
    return type(part) is int


def _lines(mapping: Obj) -> Iterator[str]:
    for key, value in mapping.items():
        if not value or isinstance(value, str | int):
            yield f"{key}: {_quoted(value) if isinstance(value, str) else value}"
            continue
        yield f"{key}:"
        if isinstance(value, dict):
            yield from (f"  {line}" for line in _lines(value))
            continue
        for one in value:
            first, *others = _lines(one)
            yield f"- {first}"
            yield from (f"  {line}" for line in others)


@lru_cache(maxsize=1024)
def _quoted(text: str) -> str:
    return _by_library(text).removesuffix("...\n").removesuffix("\n")


def _by_library(document: Any) -> str:
    text: str = yaml.dump(document, Dumper=yaml.CSafeDumper, sort_keys=False)
    return text
