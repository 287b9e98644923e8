"""Specs that are equal are one: what was found of the first is known of all that follow.

Many pods of one client differ in their names alone. What a spec decodes to, its defaults, its
fields and whether it is valid are remembered for the very dict that it is, so all pods that a
client sends with the same spec are given the same dict. Nothing is changed once it is read.
"""

from typing import Final

import orjson

from minieks.kube.words.objects import Obj

KINDS: Final = frozenset({"Pod"})
"""The kinds of which clients make many that are alike."""
_LONGEST: Final = 16 * 1024
_MOST: Final = 1024


class SharedSpecs:
    """The specs that came last, by their JSON."""

    def __init__(self, most: int = _MOST) -> None:
        self._specs: dict[bytes, Obj] = {}
        self._most = most

    def of(self, obj: Obj) -> Obj:
        """The object with the spec that an earlier one had, if they are the same.

        The object is read from JSON: what is written alike is then equal.
        """
        spec = obj.get("spec")
        if not isinstance(spec, dict):
            return obj
        text = orjson.dumps(spec)
        known = self._specs.get(text)
        if known is not None:
            return {**obj, "spec": known}
        if len(text) <= _LONGEST:
            self._keep(text, spec)
        return obj

    def _keep(self, text: bytes, spec: Obj) -> None:
        if len(self._specs) >= self._most:
            for old in list(self._specs)[: self._most // 2]:
                del self._specs[old]
        self._specs[text] = spec
