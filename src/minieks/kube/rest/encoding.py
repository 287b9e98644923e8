"""Objects as bytes: encoded once and used for gets, lists and watches alike.

The API server names the kind and the version of an object that stands alone, and leaves both off
an item of a typed list; so what is kept is the rest. Source: kubernetes apimachinery
pkg/runtime/serializer/json.
"""

from collections.abc import Sequence
from typing import Final

import orjson

from minieks.kube.rest import media, yamltext
from minieks.kube.words.objects import Obj

_SIZE: Final = 64 * 1024 * 1024
"""Bytes of encoded objects that are kept; some 20,000 pods."""
_EVENT: Final = b'{"type":"%b","object":%b}\n'


class Encoder:
    """The encoded form of stored objects, by identity: a stored object never changes.

    At most ``size`` bytes are kept; when there are more, the older half is forgotten.
    """

    def __init__(self, size: int = _SIZE) -> None:
        self._entries: dict[int, tuple[Obj, bytes]] = {}
        self._size = size
        self._used = 0
        self._heads: dict[tuple[str, str], bytes] = {}
        self._told: tuple[Obj, tuple[bytes, str, str], bytes] | None = None

    def item(self, obj: Obj) -> bytes:
        """The object without kind and apiVersion, as an item of a list of its kind."""
        entry = self._entries.get(id(obj))
        if entry is not None and entry[0] is obj:
            return entry[1]
        rest = {key: value for key, value in obj.items() if key not in ("kind", "apiVersion")}
        return self._keep(obj, orjson.dumps(rest))

    def items(self, objects: Sequence[Obj]) -> list[bytes]:
        """All of these as items of a list."""
        known = [*map(self._entries.get, map(id, objects))]
        return [
            self.item(obj) if entry is None or entry[0] is not obj else entry[1]
            for obj, entry in zip(objects, known, strict=True)
        ]

    def document(self, obj: Obj, api_version: str, kind: str) -> bytes:
        """The object with its kind and apiVersion in front."""
        item = self.item(obj)
        return self._head(api_version, kind) + (item[1:] if len(item) > 2 else b"}")

    def event(self, type_: bytes, obj: Obj, api_version: str, kind: str) -> bytes:
        """A line of a watch. All watches are told the same one after the other: it is made once."""
        about, told = (type_, api_version, kind), self._told
        if told is not None and told[0] is obj and told[1] == about:
            return told[2]
        line = _EVENT % (type_, self.document(obj, api_version, kind))
        self._told = (obj, about, line)
        return line

    def _head(self, api_version: str, kind: str) -> bytes:
        found = self._heads.get((api_version, kind))
        if found is None:
            named = {"kind": kind, "apiVersion": api_version}
            found = self._heads[api_version, kind] = orjson.dumps(named)[:-1] + b","
        return found

    def _keep(self, obj: Obj, encoded: bytes) -> bytes:
        if self._used > self._size:
            for old in list(self._entries)[: len(self._entries) // 2]:
                self._used -= len(self._entries.pop(old)[1])
        before = self._entries.get(id(obj))
        self._used += len(encoded) - (len(before[1]) if before else 0)
        self._entries[id(obj)] = (obj, encoded)
        return encoded


def written(body: bytes, media_type: str, *, pretty: bool = False) -> bytes:
    """A JSON document in the media type of the answer; ``pretty`` indents JSON."""
    if media_type == media.YAML:
        return yamltext.rewritten(body)
    if pretty:
        return orjson.dumps(orjson.loads(body), option=orjson.OPT_INDENT_2) + b"\n"
    return body
