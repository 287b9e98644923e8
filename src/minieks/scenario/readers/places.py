"""Where something stands in what the user brought, and how a complaint about it is worded."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from minieks.engine.errors import UserError
from minieks.scenario.readers import yamllines

FieldPath: TypeAlias = tuple[str | int, ...]


def dotted(path: Sequence[str | int]) -> str:
    """A field's path as Kubernetes writes it: ``spec.containers[0].image``.

    A key that is no plain word stands in brackets: ``labels[app.kubernetes.io/name]``.
    """
    text = ""
    for part in path:
        if isinstance(part, int) or not part.replace("-", "").replace("_", "").isalnum():
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return text


_PART = re.compile(r"\[([^\]]*)\]|([^.\[\]]+)")


def parse_dotted(text: str) -> FieldPath:
    """The path that ``dotted`` writes; a number in brackets is an index."""
    found = (match.groups() for match in _PART.finditer(text))
    return tuple(
        word if inner is None else int(inner) if inner.isdecimal() else inner
        for inner, word in found
    )


@dataclass(frozen=True, slots=True)
class InputWarning:
    """Something in the input that the user should know of, though the run goes on."""

    message: str
    where: str = ""
    hint: str = ""

    def __str__(self) -> str:
        head = f"{self.where}: {self.message}" if self.where else self.message
        return f"{head} ({self.hint})" if self.hint else head


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a YAML or JSON file, with what is needed to say where a field stands."""

    value: Any
    file: str
    """The file as the user named it; ``-`` for standard input."""
    index: int
    """Its number in the file, from 1; empty documents count."""
    line: int
    """The line, from 1, on which it begins."""
    text: str = field(repr=False, default="")
    """The document's own text, to find a field's line only when somebody complains about it; empty
    where lines are not known."""
    begins: int = 1
    """The line, from 1, on which that text begins: that of ``---``, if there is one."""
    several: bool = False
    """Whether the file has more than one document, so that a complaint names which."""

    def where(self, path: FieldPath = ()) -> str:
        """File and line of a field, or of the nearest field above it that is there."""
        if not self.text:
            return self.file
        found = yamllines.line_of(self.text, 1, path) if path else None
        line = self.line if found is None else found + self.begins - 1
        suffix = f" (document {self.index})" if self.several else ""
        return f"{self.file}:{line}{suffix}"

    def error(self, path: FieldPath, message: str, hint: str = "") -> UserError:
        """A UserError about a field; the message begins with the field's path."""
        head = f"{dotted(path)}: {message}" if path else message
        return UserError(head, where=self.where(path), hint=hint)

    def warning(self, path: FieldPath, message: str, hint: str = "") -> InputWarning:
        """A warning about a field; the message begins with the field's path."""
        head = f"{dotted(path)}: {message}" if path else message
        return InputWarning(head, self.where(path), hint)
