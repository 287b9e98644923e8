"""Validation of object metadata: names, labels, annotations, owners, finalizers.

Source: kubernetes apimachinery pkg/api/validation/objectmeta.go.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from minieks.kube.api.fields import (
    FieldError,
    forbidden,
    invalid,
    quoted,
    required,
    too_long,
)
from minieks.kube.words import names
from minieks.kube.words.names import Complaints
from minieks.kube.words.objects import Obj, metadata

NameCheck: TypeAlias = Callable[[str], Complaints]

IMMUTABLE: Final = "field is immutable"
_ANNOTATIONS_LIMIT: Final = 256 * 1024
_FOR_LIFE: Final = ("name", "namespace", "uid", "creationTimestamp", "deletionTimestamp")
_OWNER_FIELDS: Final = ("apiVersion", "kind", "name", "uid")
_Texts: TypeAlias = tuple[str | tuple[str, str], ...]
_FINE_LABELS: Final[set[_Texts]] = set()
_FINE_KEYS: Final[set[_Texts]] = set()
_MOST_REMEMBERED: Final = 4096
_FINALIZERS: Final = frozenset({"orphan", "foregroundDeletion", "kubernetes"})


def object_meta(
    obj: Obj, name_check: NameCheck, *, namespaced: bool, path: str = "metadata"
) -> Iterator[FieldError]:
    """All that is wrong with an object's metadata."""
    meta = metadata(obj)
    yield from _generate_name(meta, name_check, path)
    name = meta.get("name") or ""
    if not name:
        yield required(f"{path}.name", "name or generateName is required")
    else:
        for complaint in name_check(name):
            yield invalid(f"{path}.name", name, complaint)
    yield from _namespace(meta, namespaced, path)
    yield from labels(meta.get("labels"), f"{path}.labels")
    yield from annotations(meta.get("annotations"), f"{path}.annotations")
    if meta.get("ownerReferences"):
        yield from _owners(meta["ownerReferences"], f"{path}.ownerReferences")
    if meta.get("finalizers"):
        yield from _finalizers(meta["finalizers"], f"{path}.finalizers")


def _generate_name(
    meta: Mapping[str, Any], name_check: NameCheck, path: str
) -> Iterator[FieldError]:
    base = meta.get("generateName")
    if not base or meta.get("name", "").startswith(base):
        return
    trimmed = base[:-1] + "a" if base.endswith("-") else base
    for complaint in name_check(trimmed):
        yield invalid(f"{path}.generateName", base, complaint)


def _namespace(meta: Mapping[str, Any], namespaced: bool, path: str) -> Iterator[FieldError]:
    space = meta.get("namespace") or ""
    if not namespaced:
        if space:
            yield forbidden(f"{path}.namespace", "not allowed on this type")
        return
    if not space:
        yield required(f"{path}.namespace")
        return
    for complaint in names.dns_label(space):
        yield invalid(f"{path}.namespace", space, complaint)


def labels(found: Mapping[str, str] | None, path: str) -> Iterator[FieldError]:
    """All that is wrong with a map of labels."""
    if not found:
        return
    pairs, is_fine = tuple(found.items()), True
    if pairs in _FINE_LABELS:
        return
    for key, value in pairs:
        for complaint in names.qualified_name(key):
            is_fine = False
            yield invalid(path, key, complaint)
        for complaint in names.label_value(value):
            is_fine = False
            yield invalid(path, value, complaint)
    if is_fine:
        _remember(_FINE_LABELS, pairs)


def _remember(fine: set[_Texts], found: _Texts) -> None:
    """Objects of one owner wear the same labels and annotations: they are checked once."""
    if len(fine) >= _MOST_REMEMBERED:
        fine.clear()
    fine.add(found)


def annotations(found: Mapping[str, str] | None, path: str) -> Iterator[FieldError]:
    """All that is wrong with a map of annotations."""
    if not found:
        return
    keys, is_fine = tuple(found), True
    for key in () if keys in _FINE_KEYS else keys:
        for complaint in names.qualified_name(key.lower()):
            is_fine = False
            yield invalid(path, key, complaint)
    if is_fine:
        _remember(_FINE_KEYS, keys)
    characters = sum(map(len, found)) + sum(map(len, found.values()))
    # A character is at most four bytes: only what is long is counted exactly.
    if characters * 4 > _ANNOTATIONS_LIMIT and _size(found) > _ANNOTATIONS_LIMIT:
        yield too_long(path, _ANNOTATIONS_LIMIT)


def _size(found: Mapping[str, str]) -> int:
    """The bytes of all keys and values."""
    return sum(len(key.encode()) + len(value.encode()) for key, value in found.items())


def _owners(references: list[Obj], path: str) -> Iterator[FieldError]:
    controllers: list[str] = []
    for reference in references:
        yield from _owner(reference, path)
        if not reference.get("controller"):
            continue
        this = f"{reference.get('kind', '')}/{reference.get('name', '')}"
        controllers.append(this)
        if len(controllers) > 1:
            text = (
                'Only one reference can have Controller set to true. Found "true" in references '
                f"for {controllers[0]} and {this}"
            )
            yield invalid(path, [_shown_owner(one) for one in references], text)


def _shown_owner(reference: Obj) -> Obj:
    """The reference in the order of the server's fields."""
    order = (*_OWNER_FIELDS, "controller", "blockOwnerDeletion")
    return {key: reference[key] for key in order if key in reference}


def _owner(reference: Obj, path: str) -> Iterator[FieldError]:
    api_version = reference.get("apiVersion") or ""
    if not api_version.rpartition("/")[2]:
        yield invalid(f"{path}.apiVersion", api_version, "version must not be empty")
    for key in _OWNER_FIELDS[1:]:
        if not reference.get(key):
            yield invalid(f"{path}.{key}", reference.get(key) or "", "must not be empty")


def _finalizers(finalizers: list[str], path: str) -> Iterator[FieldError]:
    for finalizer in finalizers:
        for complaint in names.qualified_name(finalizer):
            yield invalid(path, finalizer, complaint)
        if "/" not in finalizer and finalizer not in _FINALIZERS:
            text = "name is neither a standard finalizer name nor is it fully qualified"
            yield invalid(path, finalizer, text)
    if "orphan" in finalizers and "foregroundDeletion" in finalizers:
        text = "finalizer orphan and foregroundDeletion cannot be both set"
        yield invalid(path, finalizers, text)


def object_meta_update(new: Obj, old: Obj, path: str = "metadata") -> Iterator[FieldError]:
    """All that an update may not do to metadata."""
    after, before = metadata(new), metadata(old)
    if before.get("deletionTimestamp"):
        added = set(after.get("finalizers") or ()) - set(before.get("finalizers") or ())
        if added:
            listed = ", ".join(quoted(finalizer) for finalizer in sorted(added))
            text = (
                "no new finalizers can be added if the object is being deleted, found new "
                f"finalizers []string{{{listed}}}"
            )
            yield forbidden(f"{path}.finalizers", text)
    if [*map(after.get, _FOR_LIFE)] != [*map(before.get, _FOR_LIFE)]:
        for key in _FOR_LIFE:
            if key in after and after.get(key) != before.get(key):
                yield invalid(f"{path}.{key}", after.get(key), IMMUTABLE)
    if after.get("labels") is not before.get("labels"):
        yield from labels(after.get("labels"), f"{path}.labels")
    if after.get("annotations") is not before.get("annotations"):
        yield from annotations(after.get("annotations"), f"{path}.annotations")
    owners = after.get("ownerReferences")
    if owners and owners is not before.get("ownerReferences"):
        yield from _owners(owners, f"{path}.ownerReferences")
