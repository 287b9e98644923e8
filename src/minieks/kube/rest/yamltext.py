"""YAML as Go's encoder writes it: keys sorted, and what looks like no text in double quotes.

Source: sigs.k8s.io/yaml and its goyaml.v2 (encode.go, stringv).
"""

from typing import Any, Final

import orjson
import yaml

_TEXT: Final = "tag:yaml.org,2002:str"
_MANY: Final = 4_000
"""Values that are written in some 20 ms."""
_LONG: Final = 512 * 1024


class _Dumper(yaml.CSafeDumper):
    """Writes texts as Go does."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: _Dumper, value: str) -> yaml.ScalarNode:
    if "\n" in value:
        return dumper.represent_scalar(_TEXT, value, style="|")
    plain = dumper.resolve(yaml.ScalarNode, value, (True, False)) == _TEXT  # type: ignore[no-untyped-call]
    return dumper.represent_scalar(_TEXT, value, style=None if plain else '"')


_Dumper.add_representer(str, _text)


def dumps(value: Any) -> str:
    """The value as a YAML document."""
    text: str = yaml.dump(value, Dumper=_Dumper, sort_keys=True, allow_unicode=True)
    return text


def rewritten(body: bytes) -> bytes:
    """A JSON document as YAML."""
    return dumps(orjson.loads(body)).encode()


def is_long(body: bytes) -> bool:
    """Whether a JSON document takes so long to write that other clients would feel it."""
    return len(body) > _LONG or body.count(b",") > _MANY
