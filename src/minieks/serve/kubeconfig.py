"""A user's kubeconfig: contexts are added to it and taken out again, and all else stays as it is.

Which file it is, and which of several, is kubectl's rule (client-go tools/clientcmd
loader.go and config.go): a file named on the command line, else those of ``$KUBECONFIG``, else
``~/.kube/config``. What is there is kept as it is written: values are never read as anything but
text, so that a date or a number cannot change on its way through. Comments are lost, as they are
when kubectl writes the file.
"""

import base64
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import yaml

from minieks.engine.errors import UserError
from minieks.serve.files import locked, write_whole
from minieks.serve.yamlnodes import entry_at, scalar_at, set_scalar, with_named, without_named

_MEND = "mend or move it, or name another file with --kubeconfig"
_LISTS = ("clusters", "users", "contexts")
_EMPTY = """\
apiVersion: v1
kind: Config
clusters: []
users: []
contexts: []
current-context: ""
"""


@dataclass(frozen=True, slots=True)
class Context:
    """A context and the cluster and user of the same name: all that kubectl needs."""

    name: str
    server: str
    authority: bytes
    certificate: bytes
    key: bytes


class _Change(Protocol):
    def __call__(self, config: yaml.MappingNode) -> None: ...


def chosen(explicit: str | None, environment: Mapping[str, str]) -> Path:
    """The file that is written to.

    Of several in ``$KUBECONFIG`` it is the first that exists, else the last (client-go
    PathOptions.GetDefaultFilename).
    """
    if explicit:
        return Path(explicit).expanduser()
    named = [Path(one) for one in environment.get("KUBECONFIG", "").split(os.pathsep) if one]
    if not named:
        return Path(environment.get("HOME") or "~").expanduser() / ".kube" / "config"
    return next((one for one in named if one.exists()), named[-1])


def render(contexts: Sequence[Context]) -> str:
    """A kubeconfig with just these contexts, the first of them the current one."""
    config = _empty()
    _added(config, contexts)
    return _text(config)


def add(path: Path, contexts: Sequence[Context]) -> str:
    """Add or replace contexts and make the first current; returns which one was current before."""
    before = ""

    def change(config: yaml.MappingNode) -> None:
        nonlocal before
        before = scalar_at(config, "current-context")
        _added(config, contexts)

    _rewrite(path, change)
    return before


def remove(path: Path, names: Sequence[str], current: str = "") -> None:
    """Take contexts out; ``current`` becomes current if one of them was, and if it is there.

    A file that is gone, or that has none of them, is left alone.
    """
    if not path.exists() or not any(_has(_read(path), name) for name in names):
        return

    def change(config: yaml.MappingNode) -> None:
        for part in _LISTS:
            without_named(config, part, names)
        if scalar_at(config, "current-context") in names:
            there = bool(current) and _has(config, current)
            set_scalar(config, "current-context", current if there else "")

    _rewrite(path, change)


def _has(config: yaml.MappingNode, context: str) -> bool:
    return entry_at(config, "contexts", context) is not None


def _added(config: yaml.MappingNode, contexts: Sequence[Context]) -> None:
    for one in contexts:
        for part, entry in zip(_LISTS, _entries(one), strict=True):
            with_named(config, part, one.name, entry)
    set_scalar(config, "current-context", contexts[0].name)


def _entries(one: Context) -> Iterator[dict[str, object]]:
    yield {
        "name": one.name,
        "cluster": {
            "certificate-authority-data": _base64(one.authority),
            "server": one.server,
        },
    }
    yield {
        "name": one.name,
        "user": {
            "client-certificate-data": _base64(one.certificate),
            "client-key-data": _base64(one.key),
        },
    }
    yield {"name": one.name, "context": {"cluster": one.name, "user": one.name}}


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _rewrite(path: Path, change: _Change) -> None:
    with _refusals(path):
        # A link to the file stays a link.
        real = Path(os.path.realpath(path))
        real.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with locked(real):
            config = _read(path)
            change(config)
            write_whole(real, _text(config).encode())


def _read(path: Path) -> yaml.MappingNode:
    with _refusals(path):
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return _empty()
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        reason = str(error).splitlines()[0]
        raise UserError(f"is no YAML: {reason}", where=str(path), hint=_MEND) from None
    except RecursionError:
        raise UserError("is nested too deep", where=str(path), hint=_MEND) from None
    if node is None or _is_null(node):
        return _empty()
    if not isinstance(node, yaml.MappingNode):
        raise UserError("is no kubeconfig: it is no mapping", where=str(path), hint=_MEND)
    for part in _LISTS:
        _check_list(node, part, path)
    return node


def _check_list(config: yaml.MappingNode, part: str, path: Path) -> None:
    found = next((value for key, value in config.value if key.value == part), None)
    if found is not None and not _is_null(found) and not isinstance(found, yaml.SequenceNode):
        raise UserError(f"is no kubeconfig: {part} is no list", where=str(path), hint=_MEND)


def _is_null(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"


@contextmanager
def _refusals(path: Path) -> Iterator[None]:
    """What the system or the encoding refuses, as an error of the user's."""
    try:
        yield
    except (OSError, UnicodeDecodeError) as error:
        reason = (getattr(error, "strerror", None) or "is no UTF-8 text").lower()
        raise UserError(reason, where=str(path), hint=_MEND) from None


def _empty() -> yaml.MappingNode:
    node = yaml.compose(_EMPTY, Loader=yaml.SafeLoader)
    assert isinstance(node, yaml.MappingNode), "the text above is one"
    return node


def _text(config: yaml.MappingNode) -> str:
    text: str = yaml.serialize(config, Dumper=yaml.CSafeDumper, allow_unicode=True, width=1 << 20)
    return text
