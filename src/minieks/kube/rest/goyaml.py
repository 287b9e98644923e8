"""YAML bodies as Go reads them: what plain scalars mean, keys that stand twice, and its words.

Source: sigs.k8s.io/yaml (goyaml.v2) and the errors of libyaml that it passes on.
"""

import re
from collections.abc import Hashable, Iterator
from itertools import chain
from typing import Any, Final

import yaml

from minieks.kube.rest import extent
from minieks.kube.rest.gojson import DEEPEST
from minieks.kube.words.yamlscalars import key_text, resolve_plain

_TAG: Final = "tag:yaml.org,2002:"
_MERGE: Final = f"{_TAG}merge"
_IN_YAML: Final = "error converting YAML to JSON: yaml:"
_TOO_DEEP: Final = f"{_IN_YAML} exceeded max depth"
_EXCESSIVE: Final = f"{_IN_YAML} document contains excessive aliasing"
_NO_MAP: Final = f"{_IN_YAML} map merge requires map or sequence of maps as the value"
_MOST_BY_ALIAS: Final = 10
"""Values that a body may stand for, for each of its bytes."""
_MOST_MERGED: Final = 100_000
"""Pairs that a body's merge keys may copy."""
_LONG: Final = 512 * 1024
_MOST_MARKS: Final = 12_000
_MARKS: Final = b",\n[{-:?"
"""Of these bytes one stands before each value, or between it and its key."""
_BRACKETS: Final = re.compile(rb"[\[{]|([\]}])")
_DASHES: Final = re.compile(rb"(?:[-?:][ \t]+){100}")


class GoYamlError(ValueError):
    """What is no YAML, in Go's words."""


class _Loader(yaml.CSafeLoader):
    """Reads one document, and notes keys that stand twice in a map, and where."""

    def __init__(self, stream: bytes) -> None:
        super().__init__(stream)
        self.repeated: list[str] = []
        self._merged = 0

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """The map, with texts as keys; of a key that stands twice the last value counts."""
        self._note_repeated(node)
        self.flatten_mapping(node)
        return {
            _text(self.construct_object(key, deep=True)): self.construct_object(value, deep=deep)
            for key, value in node.value
        }

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Put the pairs of maps that are merged into this one before its own.

        What merges maps that merge maps can make much of little: raises GoYamlError.
        """
        merging = [value for key, value in node.value if key.tag == _MERGE]
        if not merging:
            return
        own = [pair for pair in node.value if pair[0].tag != _MERGE]
        # Set first: a map that merges itself finds nothing to merge.
        node.value = own
        node.value = [*chain.from_iterable(map(self._pairs, merging)), *own]

    def _pairs(self, merged: yaml.Node) -> list[tuple[yaml.Node, yaml.Node]]:
        """The pairs of a map, or of all maps of a list, of which the first ones count most."""
        if isinstance(merged, yaml.SequenceNode):
            return [pair for one in reversed(merged.value) for pair in self._pairs_of_map(one)]
        return self._pairs_of_map(merged)

    def _pairs_of_map(self, merged: yaml.Node) -> list[tuple[yaml.Node, yaml.Node]]:
        if not isinstance(merged, yaml.MappingNode):
            raise GoYamlError(_NO_MAP)
        self.flatten_mapping(merged)
        self._merged += len(merged.value)
        if self._merged > _MOST_MERGED:
            raise GoYamlError(_EXCESSIVE)
        pairs: list[tuple[yaml.Node, yaml.Node]] = merged.value
        return pairs

    def _note_repeated(self, node: yaml.MappingNode) -> None:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            if key.value in seen:
                line = key.start_mark.line + 1
                self.repeated.append(f'line {line}: key "{key.value}" already set in map')
            seen.add(key.value)


# Only the key that merges maps has a meaning of its own; other scalars are looked at below.
_Loader.yaml_implicit_resolvers = {"<": [(_MERGE, re.compile("<<"))]}


def _text(key: Any) -> str:
    found = key_text(key)
    if found is None:
        raise GoYamlError(f"error converting YAML to JSON: Unsupported map key: {key}")
    return found


def _scalar(loader: _Loader, node: yaml.ScalarNode) -> Any:
    """A text, or what a text without quotes means."""
    value = str(loader.construct_scalar(node))
    return value if node.style else resolve_plain(value)


def _as_written(loader: _Loader, node: yaml.ScalarNode) -> str:
    return str(loader.construct_scalar(node))


def _map(loader: _Loader, node: yaml.MappingNode) -> dict[Hashable, Any]:
    return loader.construct_mapping(node, deep=True)


def _list(loader: _Loader, node: yaml.SequenceNode) -> list[Any]:
    return loader.construct_sequence(node, deep=True)


_Loader.add_constructor(f"{_TAG}str", _scalar)
# Values that JSON has no type for, where a tag asks for them.
for _name in ("timestamp", "binary", "value"):
    _Loader.add_constructor(f"{_TAG}{_name}", _as_written)
_Loader.add_constructor(f"{_TAG}set", _map)
for _name in ("omap", "pairs"):
    _Loader.add_constructor(f"{_TAG}{_name}", _list)


def is_long(body: bytes) -> bool:
    """Whether a body may take so long to read that other clients would feel it."""
    return len(body) > _LONG or sum(body.count(mark) for mark in _MARKS) > _MOST_MARKS


def load(body: bytes) -> tuple[Any, list[str]]:
    """The first document, None if there is none, and what is said of keys that stand there twice.

    Raises GoYamlError, or ApiError if there is too much of it.
    """
    _check_depth(body)
    loader = _Loader(body)
    try:
        value = next(iter(_documents(loader)), None)
    except yaml.YAMLError as error:
        raise GoYamlError(f"error converting YAML to JSON: {_in_go_words(error)}") from None
    except RecursionError:
        raise GoYamlError(_TOO_DEEP) from None
    finally:
        loader.dispose()
    if b"*" in body:
        _check_aliases(value, len(body))
        extent.check_object(value)
    else:
        extent.check(value, len(body))
    return value, loader.repeated


def _check_depth(body: bytes) -> None:
    """Raises GoYamlError for a body that is nested too deep; the parser would not survive it."""
    if not _looks_deep(body):
        return
    depth = 0
    try:
        for event in yaml.parse(body, Loader=yaml.CSafeLoader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > DEEPEST:
                raise GoYamlError(_TOO_DEEP)
    except yaml.YAMLError:
        # What is wrong with it is told when it is read.
        return


def _looks_deep(body: bytes) -> bool:
    """Whether there are many levels in few lines; brackets in texts may seem so too."""
    if _DASHES.search(body):
        return True
    depth = 0
    for found in _BRACKETS.finditer(body):
        depth += -1 if found[1] else 1
        if depth > DEEPEST:
            return True
    return False


def _check_aliases(value: Any, size: int) -> None:
    """Raises GoYamlError if aliases make much of little, or a value contains itself."""
    if _expanded(value, {}) > _MOST_BY_ALIAS * size:
        raise GoYamlError(_EXCESSIVE)


def _expanded(value: Any, known: dict[int, int | None]) -> int:
    """How many values there are, those behind an alias as often as it is used."""
    if not isinstance(value, (dict, list)):
        return 1
    if id(value) in known:
        found = known[id(value)]
        if found is None:
            text = f"{_IN_YAML} an anchor's value contains itself"
            raise GoYamlError(text)
        return found
    known[id(value)] = None
    members = value.values() if isinstance(value, dict) else value
    total = 1 + sum(_expanded(member, known) for member in members)
    known[id(value)] = total
    return total


def _documents(loader: _Loader) -> Iterator[Any]:
    while loader.check_node():
        yield loader.get_data()


def _in_go_words(error: yaml.YAMLError) -> str:
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return f"yaml: {error}"
    return f"yaml: line {max(1, error.problem_mark.line)}: {error.problem}"
