"""What every part of the ClusterConfig's reader has at hand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from minieks.data.nearest import did_you_mean
from minieks.data.regions import Region
from minieks.eks.spec import NetworkSpec
from minieks.engine.clock import Micros
from minieks.engine.errors import UserError
from minieks.scenario.readers.places import Document, FieldPath, InputWarning
from minieks.scenario.readers.settings import Settings


@dataclass(frozen=True, slots=True)
class Reading:
    """One ClusterConfig that is being read; warnings gather in it."""

    document: Document
    config: Mapping[str, Any]
    """The document's value, of the right shape and without nulls."""
    settings: Settings
    at: Micros
    """The moment for which is asked what EKS offers."""
    region: Region
    cluster: str
    version: str
    warnings: list[InputWarning] = field(default_factory=list)

    @property
    def account_id(self) -> str:
        """The account whose id stands in made-up ARNs."""
        return self.settings.account_id

    def error(self, path: FieldPath, message: str, hint: str = "") -> UserError:
        """A UserError about a field, to be raised."""
        return self.document.error(path, message, hint)

    def warn(self, path: FieldPath, message: str, hint: str = "") -> None:
        """Notes a warning about a field."""
        self.warnings.append(self.document.warning(path, message, hint))

    def one_of(self, path: FieldPath, value: str, allowed: Iterable[str]) -> str:
        """The value if it is allowed; UserError with the allowed ones if not."""
        choices = tuple(allowed)
        if value in choices:
            return value
        otherwise = f"use one of: {', '.join(choices)}"
        raise self.error(
            path, f"{value!r} is not supported", did_you_mean(value, choices, otherwise)
        )

    def unique(self, path: FieldPath, what: str, names: Iterable[str]) -> None:
        """UserError at the first of the names, items of the list at ``path``, that repeats."""
        seen: dict[str, int] = {}
        for index, name in enumerate(names):
            if name in seen:
                raise self.error(
                    (*path, index),
                    f"{what} {name!r} is not unique; {path[-1]}[{seen[name]}] has it too",
                    "give each its own name",
                )
            seen[name] = index


@dataclass(frozen=True, slots=True)
class Group:
    """One node group of the configuration: its fields, where it stands, and the cluster's VPC."""

    reading: Reading
    fields: Mapping[str, Any]
    path: FieldPath
    managed: bool
    network: NetworkSpec

    @property
    def name(self) -> str:
        """The group's name."""
        return str(self.fields["name"])

    def error(self, field_: str, message: str, hint: str = "") -> UserError:
        """A UserError about one of its fields; about the group itself if that is empty."""
        path = (*self.path, *field_.split(".")) if field_ else self.path
        return self.reading.error(path, message, hint)

    def warn(self, field_: str, message: str, hint: str = "") -> None:
        """Notes a warning about one of its fields."""
        self.reading.warn((*self.path, *field_.split(".")), message, hint)

    def inner(self, field_: str) -> Mapping[str, Any]:
        """A field that is a mapping; empty if it is absent."""
        found: Mapping[str, Any] = self.fields.get(field_) or {}
        return found

    def at(self, field_: str) -> Any:
        """The value of a field, or of a field of a field (``ssh.allow``); None if it is absent."""
        outer, _, inner = field_.partition(".")
        value = self.fields.get(outer)
        return (value or {}).get(inner) if inner else value
