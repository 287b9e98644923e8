"""Strategic merge patch: a merge patch that knows which lists are merged, and by which key.

Source: kubernetes apimachinery pkg/util/strategicpatch/patch.go; the server merges with
MergeParallelList and IgnoreUnmatchedNulls.
"""

from collections.abc import Hashable
from typing import Any

from minieks.kube.api.patching import directives, failures
from minieks.kube.api.patching.ordering import check_order, identity, ordered
from minieks.kube.api.patching.structs import PatchField, Struct
from minieks.kube.words.objects import Obj

_LISTS_OF_LISTS = "lists of lists are not supported"


def apply(document: Obj, patch: Obj, struct: Struct) -> Obj:
    """The document with the patch; raises ApiError for a directive that is wrong.

    ``struct`` is the type of the document. Neither argument is changed.
    """
    if directives.PATCH in patch:
        return _by_directive(patch)
    merged = directives.retained(document, patch)
    done = _merge_ordered(merged, document, patch, struct)
    for key, value in patch.items():
        if key.startswith(directives.DELETE_ITEMS):
            _delete_items(merged, key.removeprefix(directives.DELETE_ITEMS), value)
        elif key not in done and not _is_order(key):
            _merge_field(merged, key, value, struct)
    return merged


def _is_order(key: str) -> bool:
    return key == directives.RETAIN_KEYS or key.startswith(directives.ORDER)


def _by_directive(patch: Obj) -> Obj:
    directive = patch[directives.PATCH]
    if directive == directives.REPLACE:
        return {key: value for key, value in patch.items() if key != directives.PATCH}
    if directive == directives.DELETE:
        return {}
    raise failures.bad_patch_type(directive, patch)


def _merge_field(merged: Obj, key: str, value: Any, struct: Struct) -> None:
    if value is None:
        merged.pop(key, None)
        return
    original = merged.get(key)
    if isinstance(original, dict) and isinstance(value, dict):
        field = _field(struct, key)
        replaced = field.strategy == directives.REPLACE
        merged[key] = value if replaced else apply(original, value, field.struct)
    elif isinstance(original, list) and isinstance(value, list):
        merged[key] = _merged_list(original, value, _field(struct, key))
    elif isinstance(value, (dict, list)):
        merged[key] = directives.plain(value)
    else:
        merged[key] = value


def _delete_items(merged: Obj, key: str, unwanted: Any) -> None:
    original = merged.get(key)
    if unwanted is None:
        merged.pop(key, None)
    elif isinstance(original, list) and isinstance(unwanted, list):
        gone = {identity(item, "") for item in unwanted}
        merged[key] = [item for item in original if identity(item, "") not in gone]


def _merge_ordered(merged: Obj, original: Obj, patch: Obj, struct: Struct) -> set[str]:
    """Merge the lists whose order the patch sets; returns which fields of it that has used up."""
    done: set[str] = set()
    for directive, order in patch.items():
        key = directive.removeprefix(directives.ORDER)
        if key == directive or (key not in merged and key not in patch):
            continue
        field = _field(struct, key)
        if key in patch:
            check_order(patch[key], order, field.merge_key)
        before = merged.get(key) or []
        _merge_list_field(merged, key, patch, field)
        done.add(key)
        merged[key] = ordered(merged[key], order, before, field.merge_key)
    return done


def _merge_list_field(merged: Obj, key: str, patch: Obj, field: PatchField) -> None:
    if key not in merged:
        merged[key] = directives.plain(patch[key])
    elif key in patch:
        merged[key] = _merged_list(merged[key], patch[key], field)


def _merged_list(original: list[Any], patch: list[Any], field: PatchField) -> list[Any]:
    if field.strategy != directives.MERGE:
        return patch
    if not original and not patch:
        return original
    if not _holds_maps([*original, *patch]):
        both = list(dict.fromkeys([*original, *patch]))
        return ordered(both, patch, original, "")
    if not field.merge_key:
        name = field.struct.name
        raise failures.unexpected(f"cannot merge lists without merge key for {name}")
    return _merged_maps(original, patch, field)


def _holds_maps(items: list[Any]) -> bool:
    if any(isinstance(item, list) for item in items):
        raise failures.unexpected(_LISTS_OF_LISTS)
    maps = sum(isinstance(item, dict) for item in items)
    if maps not in (0, len(items)):
        raise failures.unexpected("list element types are not identical")
    return maps > 0


def _merged_maps(original: list[Obj], patch: list[Obj], field: PatchField) -> list[Any]:
    added: list[Obj] = []
    gone: set[Hashable] = set()
    for item in patch:
        directive = item.get(directives.PATCH)
        if directives.PATCH not in item:
            added.append(item)
        elif directive == directives.DELETE:
            gone.add(identity(item, field.merge_key))
        elif directive == directives.MERGE:
            raise failures.unexpected("merging lists cannot yet be specified in the patch")
        elif directive != directives.REPLACE:
            raise failures.bad_patch_type(directive, item)
    if any(item.get(directives.PATCH) == directives.REPLACE for item in patch):
        return added
    if gone:
        original = [one for one in original if one.get(field.merge_key) not in gone]
    return _with_items(original, added, field)


def _with_items(original: list[Obj], added: list[Obj], field: PatchField) -> list[Any]:
    key = field.merge_key
    merged = list(original)
    places = {identity(item, key): place for place, item in enumerate(original)}
    for item in added:
        place = places.get(identity(item, key))
        if place is None:
            places[identity(item, key)] = len(merged)
            merged.append(directives.plain(item))
        else:
            merged[place] = apply(merged[place], item, field.struct)
    return ordered(merged, added, original, key)


def _field(struct: Struct, key: str) -> PatchField:
    """How the field is patched; raises the server's error for what is no struct field."""
    found = struct.field(key)
    if found is not None:
        return found
    if not struct.name:
        raise failures.unexpected(
            "merging an object in json but data type is not struct, instead is: map"
        )
    raise failures.unexpected(
        f'unable to find api field in struct {struct.name} for the json field "{key}"'
    )
