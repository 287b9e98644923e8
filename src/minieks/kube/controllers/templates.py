"""From a pod template to a pod, and from a template to its hash.

Source: kubernetes pkg/controller/controller_utils.go (GetPodFromTemplate, ComputeHash).
"""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from minieks.engine.ids import ALPHABET
from minieks.kube.api.memo import IdentityMemo
from minieks.kube.words.objects import Obj, metadata, name, namespace, owner_reference

HASH_LABEL = "pod-template-hash"
REVISION_LABEL = "controller-revision-hash"


def pod_from(template: Obj, owner: Obj, **changes: Any) -> Obj:
    """A new pod of a template, controlled by ``owner`` and named after it.

    ``changes`` replace metadata fields. The spec is the template's own, shared by all its pods.
    """
    meta: Obj = {
        "namespace": namespace(owner),
        "generateName": f"{name(owner)}-",
        "ownerReferences": [owner_reference(owner)],
    }
    for field in ("labels", "annotations", "finalizers"):
        if metadata(template).get(field):
            meta[field] = metadata(template)[field]
    meta = {field: value for field, value in {**meta, **changes}.items() if value is not None}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": template["spec"]}


def with_labels(template: Obj, added: Mapping[str, str]) -> Obj:
    """The template with more labels."""
    meta = metadata(template)
    return {**template, "metadata": {**meta, "labels": {**(meta.get("labels") or {}), **added}}}


_CONTENTS: IdentityMemo[bytes] = IdentityMemo(512)


def same_template(one: Obj, other: Obj) -> bool:
    """Whether two templates are equal but for the hash label."""
    return content(one) == content(other)


def content(template: Obj) -> bytes:
    """A text that equal templates share, whatever their hash label; worked out once for each."""
    known = _CONTENTS.get(template)
    if known is not None:
        return known
    meta = {field: value for field, value in metadata(template).items() if value}
    kept = {label: v for label, v in (meta.get("labels") or {}).items() if label != HASH_LABEL}
    said = ({**meta, "labels": kept}, template["spec"])
    return _CONTENTS.put(template, orjson.dumps(said, option=orjson.OPT_SORT_KEYS))


_PRIME: Final = 0x01000193


def template_hash(value: Any, collisions: int = 0) -> str:
    """A short name for a JSON value: FNV-1a over its canonical form, in the safe alphabet.

    Kubernetes hashes a dump of Go structs, which nobody else can repeat; clients only rely on the
    alphabet, on equal values having equal hashes, and on a collision count giving another one.
    """
    digest = _fnv1a(orjson.dumps(value, option=orjson.OPT_SORT_KEYS))
    if collisions:
        digest = _fnv1a(collisions.to_bytes(8, "little"), digest)
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in str(digest).encode())


def _fnv1a(data: bytes, state: int = 0x811C9DC5) -> int:
    # A step looks at the lowest bits only, so that the highest may be cut after four of them.
    whole = len(data) & ~3
    for a, b, c, d in zip(*(data[first:whole:4] for first in range(4)), strict=True):
        state = ((((state ^ a) * _PRIME ^ b) * _PRIME ^ c) * _PRIME ^ d) * _PRIME & 0xFFFFFFFF
    for byte in data[whole:]:
        state = (state ^ byte) * _PRIME & 0xFFFFFFFF
    return state
