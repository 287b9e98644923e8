"""``metadata.managedFields``: from its entries to managers and back.

Source: kubernetes apimachinery pkg/util/managedfields/internal/managedfields.go.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from minieks.kube.api.apply import paths
from minieks.kube.api.apply.paths import Fields
from minieks.kube.words.objects import Obj, metadata

Operation: TypeAlias = Literal["Apply", "Update"]
_FIELDS_TYPE: Final = "FieldsV1"


@dataclass(frozen=True, slots=True, order=True)
class Manager:
    """Who owns fields. Of one who applies the version is not part of the name, and empty."""

    operation: Operation
    name: str
    api_version: str
    subresource: str

    @property
    def applies(self) -> bool:
        """Whether it owns the fields because it applied them."""
        return self.operation == "Apply"


@dataclass(frozen=True, slots=True)
class Owned:
    """The fields that a manager owns, in the version of the object in which it named them.

    ``time`` is None for one whose apply changed nothing but ownership.
    """

    fields: Fields
    api_version: str
    time: str | None = None

    def with_fields(self, fields: Fields) -> "Owned":
        """The same with other fields."""
        return Owned(fields, self.api_version, self.time)


Managers: TypeAlias = dict[Manager, Owned]


class NotManagedFields(ValueError):
    """Entries that cannot be read."""


def of_live(live: Obj | None) -> Managers:
    """The managers of a stored object; nobody if its entries cannot be read."""
    try:
        return decoded(metadata(live or {}).get("managedFields"))
    except NotManagedFields:
        return {}


def of_request(live: Obj | None, new: Obj) -> Managers:
    """The managers that a client sent with the object, or those of the stored one.

    A list that is empty, or whose one entry is, makes the server forget all managers.
    """
    sent = metadata(new).get("managedFields")
    if sent is None or sent is metadata(live or {}).get("managedFields"):
        return of_live(live)
    if not sent or (len(sent) == 1 and not sent[0]):
        return {}
    try:
        return decoded(sent, from_client=True) or of_live(live)
    except NotManagedFields:
        return of_live(live)


def decoded(entries: Any, *, from_client: bool = False) -> Managers:
    """The managers that entries name; raises NotManagedFields.

    What a client sent is brought into the canonical form; the server's own is in it.
    """
    found: Managers = {}
    for position, entry in enumerate(entries or ()):
        if not isinstance(entry, Mapping) or entry.get("fieldsType") != _FIELDS_TYPE:
            raise NotManagedFields(f"invalid fieldsType in managed fields entry {position}")
        fields = entry.get("fieldsV1") or {}
        owned = _canonical(fields) if from_client else fields
        version = str(entry.get("apiVersion", ""))
        found[_manager(entry, version)] = Owned(owned, version, entry.get("time"))
    return found


def _canonical(fields: Any) -> Fields:
    try:
        return paths.canonical(fields)
    except ValueError as error:
        raise NotManagedFields(str(error)) from None


def _manager(entry: Mapping[str, Any], version: str) -> Manager:
    applies = entry.get("operation") == "Apply"
    return Manager(
        "Apply" if applies else "Update",
        str(entry.get("manager", "")),
        "" if applies else version,
        str(entry.get("subresource", "")),
    )


def with_managers(obj: Obj, managers: Managers, live: Obj | None = None) -> Obj:
    """The object with the managers' entries; those that ``live`` has already are its very ones."""
    meta = {key: value for key, value in metadata(obj).items() if key != "managedFields"}
    if managers:
        meta["managedFields"] = encoded(managers, of_live(live))
    return {**obj, "metadata": meta}


def with_creator(obj: Obj, manager: Manager, owned: Owned) -> Obj:
    """A new object with the entry of its creator, whose fields are in order, if it owns any."""
    meta = {key: value for key, value in metadata(obj).items() if key != "managedFields"}
    if owned.fields:
        meta["managedFields"] = [_entry(manager, owned, owned)]
    return {**obj, "metadata": meta}


def encoded(managers: Managers, known: Managers) -> list[Obj]:
    """The entries in the server's order. The fields of ``known`` managers are in order already."""
    named = sorted(managers, key=lambda one: _rank(one, managers[one]))
    return [_entry(one, managers[one], known.get(one)) for one in named]


def _rank(manager: Manager, owned: Owned) -> tuple[str, ...]:
    return (
        manager.operation,
        owned.time or "",
        manager.name,
        owned.api_version,
        manager.subresource,
    )


def _entry(manager: Manager, owned: Owned, known: Owned | None) -> Obj:
    same = known is not None and known.fields is owned.fields
    entry: Obj = {"manager": manager.name, "operation": manager.operation}
    entry["apiVersion"] = owned.api_version
    if owned.time is not None:
        entry["time"] = owned.time
    entry["fieldsType"] = _FIELDS_TYPE
    entry["fieldsV1"] = owned.fields if same else paths.in_order(owned.fields)
    if manager.subresource:
        entry["subresource"] = manager.subresource
    return entry


def with_old_times(old: Obj, new: Obj) -> Obj:
    """The new object with the times of the old one's managers, if they own the same in both.

    A write that changes nothing else is no write. Source: kubernetes apimachinery
    pkg/util/managedfields (IgnoreManagedFieldsTimestampsTransformer).
    """
    before = old["metadata"].get("managedFields")
    after = new["metadata"].get("managedFields")
    if before is after or not before or not after or len(before) != len(after):
        return new
    timeless = sorted(map(_timeless, before), key=repr), sorted(map(_timeless, after), key=repr)
    if timeless[0] != timeless[1]:
        return new
    return {**new, "metadata": {**new["metadata"], "managedFields": before}}


def _timeless(entry: Mapping[str, Any]) -> Obj:
    return {key: value for key, value in entry.items() if key != "time"}
