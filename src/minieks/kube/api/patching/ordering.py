"""The order of a merged list: that of the patch, with what only the server has fitted in.

Source: kubernetes apimachinery pkg/util/strategicpatch/patch.go (normalizeElementOrder).
"""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from minieks.kube.api.patching import directives, failures
from minieks.kube.api.patching.gotext import go_text


def ordered(
    merged: Sequence[Any], patch: Sequence[Any], server: Sequence[Any], merge_key: str
) -> list[Any]:
    """The merged items: those of the patch in its order, the others in the server's.

    ``merge_key`` is empty for a list of scalars.
    """
    wanted = _places(patch, merge_key)
    present = _places(server, merge_key)
    of_patch = [item for item in merged if identity(item, merge_key) in wanted]
    of_server = [item for item in merged if identity(item, merge_key) not in wanted]
    of_patch.sort(key=lambda item: wanted[identity(item, merge_key)])
    of_server.sort(key=lambda item: present.get(identity(item, merge_key), len(server)))
    return _interleaved(of_server, of_patch, present, merge_key)


def check_order(patch: Any, order: Any, merge_key: str) -> None:
    """Raises the server's error if the list of a patch is not in the order that the patch sets."""
    if not isinstance(order, list) or not isinstance(patch, list):
        raise failures.bad_format("setElementOrder list")
    items = [item for item in patch if not _is_deletion(item)] if merge_key else patch
    rest = iter([identity(item, merge_key) for item in order])
    if order and not all(identity(item, merge_key) in rest for item in items):
        raise failures.unexpected(
            f"The order in patch list:\n{go_text(patch)}\n doesn't match $setElementOrder list:\n"
            f"{go_text(order)}\n"
        )


def identity(item: Any, merge_key: str) -> Hashable:
    """What an item is known by: itself, or the value of the merge key; raises ApiError."""
    if not merge_key:
        return _plain(item)
    if not isinstance(item, dict):
        raise failures.unexpected(f"expected map, got: {go_text(item)}")
    if merge_key not in item:
        raise failures.no_merge_key(item, merge_key)
    return _plain(item[merge_key])


def _plain(value: Any) -> Hashable:
    found: Hashable = go_text(value) if isinstance(value, (dict, list)) else value
    return found


def _is_deletion(item: Any) -> bool:
    return isinstance(item, dict) and item.get(directives.PATCH) == directives.DELETE


def _places(items: Sequence[Any], merge_key: str) -> Mapping[Hashable, int]:
    """Where each item stands first, by what it is known by."""
    places: dict[Hashable, int] = {}
    for place, item in enumerate(items):
        places.setdefault(identity(item, merge_key), place)
    return places


def _interleaved(
    server: list[Any], patch: list[Any], present: Mapping[Hashable, int], merge_key: str
) -> list[Any]:
    """Each item of the server stands before the first of the patch that followed it there."""
    found: list[Any] = []
    left, right = 0, 0
    while left < len(server) and right < len(patch):
        ours, theirs = identity(server[left], merge_key), identity(patch[right], merge_key)
        known = ours in present and theirs in present
        if known and present[ours] < present[theirs]:
            found.append(server[left])
            left += 1
        else:
            found.append(patch[right])
            right += 1
    return [*found, *server[left:], *patch[right:]]
