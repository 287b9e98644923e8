"""YAML and JSON text to documents, as kubectl and eksctl read it; errors say the place."""

import re
from collections.abc import Iterator
from dataclasses import replace

from yaml import MarkedYAMLError, YAMLError
from yaml.events import DocumentEndEvent, DocumentStartEvent, StreamEndEvent

from minieks.engine.errors import UserError
from minieks.scenario.readers import yamllines
from minieks.scenario.readers.jsontext import JsonError, read_values
from minieks.scenario.readers.places import Document
from minieks.scenario.readers.yamlbuilder import BuildError, DocumentBuilder
from minieks.scenario.readers.yamlevents import event_source, index_at, line_at

LARGEST = 32 * 1024 * 1024
"""Bytes of one file. An object of Kubernetes is at most 1.5 MiB (etcd's --max-request-bytes)."""


def too_large(file: str, size: int) -> UserError:
    """The refusal of a file of ``size`` bytes."""
    return UserError(
        f"{size / 1024 / 1024:,.0f} MB is too large; at most {LARGEST // 1024 // 1024} MB are read",
        where=file,
        hint="split it into files of one application each, and leave data out of manifests: "
        "Kubernetes itself refuses an object above 1.5 MB",
    )


def decode(data: bytes, file: str) -> str:
    """The bytes as text; a byte order mark is dropped. UserError if they are no UTF-8."""
    if len(data) > LARGEST:
        raise too_large(file, len(data))
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return _decoded(data, file, encoding)
    return _decoded(data, file, "utf-8-sig")


def _decoded(data: bytes, file: str, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UserError(
            f"byte {error.start + 1:,} is no valid {encoding.removesuffix('-sig').upper()} text",
            where=f"{file}:{line}",
            hint="save the file as UTF-8; a compressed or binary file cannot be read",
        ) from None


def load_documents(text: str, file: str) -> list[Document]:
    """The documents of a text that are not empty, in order; UserError where it is malformed.

    Text that begins with a brace and is JSON throughout is read as JSON, one value or several.
    """
    if len(text) > LARGEST:
        raise too_large(file, len(text))
    if file.endswith(".json") or text.lstrip()[:1] == "{":
        try:
            values = [
                Document(one.value, file, index, one.line, text[one.start : one.end], one.line)
                for index, one in enumerate(read_values(text), start=1)
            ]
        except JsonError as error:
            if file.endswith(".json"):
                raise _json_error(error, file) from None
        else:
            return _documents(values)
    return _documents(list(_yaml_documents(text, file)))


def _documents(found: list[Document]) -> list[Document]:
    """Those that are not empty, each knowing whether it is alone."""
    several = len(found) > 1
    return [replace(one, several=several) for one in found if one.value is not None]


def _json_error(error: JsonError, file: str) -> UserError:
    return UserError(
        f"malformed JSON: {error.message}", where=f"{file}:{error.line}", hint="mend this line"
    )


def _yaml_documents(text: str, file: str) -> Iterator[Document]:
    """Each document, the empty ones as well."""
    index = 0
    try:
        source = event_source(text)
        while not isinstance(event := source(), StreamEndEvent):
            if isinstance(event, DocumentStartEvent):
                index += 1
                begins = line_at(event)
                line = begins + bool(event.explicit)
                builder = DocumentBuilder()
                handlers = builder.handlers
                while not isinstance(inner := source(), DocumentEndEvent):
                    handlers[type(inner)](inner)
                own = text[index_at(event) : index_at(inner)]
                yield Document(builder.finish(line), file, index, line, own, begins)
    except BuildError as error:
        raise _build_error(error, text, index, file) from None
    except UnicodeError:
        raise UserError(
            "holds half a character (a lone surrogate)", where=file, hint="save it as UTF-8"
        ) from None
    except YAMLError as error:
        raise _syntax_error(error, text, file) from None


def _build_error(error: BuildError, text: str, index: int, file: str) -> UserError:
    where = f"{file}:{error.line} (document {index})" if index > 1 else f"{file}:{error.line}"
    if error.key is None:
        lines = text.splitlines()[error.line - 1 : error.line]
        is_template = any(_TEMPLATE.search(line) for line in lines)
        hint = _RENDER if is_template else "write the value out, or simplify it"
        return UserError(error.message, where=where, hint=hint)
    first = yamllines.line_of(text, index, error.key)
    return UserError(
        f"{error.message}: first on line {first}, again on line {error.line}",
        where=where,
        hint="keep one of the two; YAML allows a key once in a mapping",
    )


_HINTS = (
    ("mapping values are not allowed", "put a value that contains ': ' in quotes, or indent less"),
    ("did not find expected key", "look at the indentation of this line and the one above"),
    ("could not find expected ':'", "a key needs ': ' after it, on the same line"),
    ("did not find expected '-' indicator", "indent the items of a list alike"),
    ("unexpected end of stream", "a quote or bracket is opened and never closed"),
    ("did not find expected ',' or", "a bracket is opened and never closed"),
    ("control characters are not allowed", "remove the control character, or escape it in quotes"),
    ("found unknown escape character", "use single quotes, or write \\\\ for a backslash"),
    ("%YAML", "remove the directive"),
)
_RENDER = "this is a template; render it first (helm template, kubectl kustomize) and pipe it"
_TEMPLATE = re.compile(r"\{\{.*\}\}|\{%.*%\}")


def _syntax_error(error: YAMLError, text: str, file: str) -> UserError:
    """A fault of libyaml in words that say what to do."""
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        return _character_error(error, text, file)
    mark = error.problem_mark
    lines = text.splitlines()
    line = lines[mark.line] if mark.line < len(lines) else ""
    return UserError(
        f"malformed YAML: {error.problem}, column {mark.column + 1}",
        where=f"{file}:{mark.line + 1}",
        hint=_syntax_hint(str(error.problem), line, lines[max(0, mark.line - 1) : mark.line]),
    )


def _character_error(error: YAMLError, text: str, file: str) -> UserError:
    """A character that YAML forbids everywhere, such as NUL or ESC."""
    position = getattr(error, "position", None)
    line = text.count("\n", 0, position) + 1 if isinstance(position, int) else 1
    reason = getattr(error, "reason", "a character that YAML forbids")
    return UserError(
        f"malformed YAML: {reason}",
        where=f"{file}:{line}",
        hint="remove the character, or escape it in double quotes; a binary file is no manifest",
    )


def _syntax_hint(problem: str, line: str, before: list[str]) -> str:
    around = [line, *before]
    if any("\t" in one[: len(one) - len(one.lstrip())] for one in around):
        return "the line is indented with a tab; YAML takes spaces only"
    if any(_TEMPLATE.search(one) for one in around):
        return _RENDER
    if "cannot start any token" in problem:
        return "put the value in quotes: it begins with a character that YAML reserves"
    found = next((hint for words, hint in _HINTS if words in problem), "")
    return found or "look at the quotes, brackets and indentation around this line"
