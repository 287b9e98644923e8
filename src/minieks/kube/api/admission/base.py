"""What an admission plugin is, and what it is told about a request.

Source: kubernetes apiserver pkg/admission.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from minieks.kube.api.errors import Forbidden
from minieks.kube.api.options import IN_PROCESS, UserInfo, WriteOptions
from minieks.kube.kinds.registry import Kind
from minieks.kube.words.objects import Obj

if TYPE_CHECKING:
    from minieks.kube.api.server import Api

Operation: TypeAlias = Literal["CREATE", "UPDATE", "DELETE"]


@dataclass(slots=True)
class Attributes:
    """The request: what is done to which object; ``warnings`` is read by whoever asked.

    ``part`` is the kind of what is written through a subresource if that is no object of the
    collection: a Scale, an Eviction. It is then such a one that is admitted; ``admitted`` says
    that this is done, and nobody is to look at the whole object.
    """

    api: "Api"
    operation: Operation
    collection: str
    namespace: str
    name: str
    old: Obj | None = None
    subresource: str = ""
    warnings: list[str] = field(default_factory=list)
    user: UserInfo = IN_PROCESS
    dry_run: bool = False
    part: Kind | None = None
    admitted: bool = False

    def of_client(self, options: WriteOptions) -> None:
        """Take from a client's options what admission looks at."""
        self.user = options.user
        self.dry_run = options.dry_run
        self.subresource = options.subresource
        self.admitted = options.admitted

    def is_create(self, collection: str) -> bool:
        """Whether an object of this collection is being created."""
        return self.operation == "CREATE" and self.collection == collection and not self.subresource

    def defaulted(self, obj: Obj) -> Obj:
        """An object that admission has changed, with its defaults; a part has none."""
        return obj if self.part is not None else self.api.defaulted(obj, self.old or obj)

    def forbidden(self, why: str) -> Forbidden:
        """The refusal of this request."""
        return Forbidden(self.collection, self.name, why)


class Plugin(Protocol):
    """Anything that may change what is written, and then may refuse it."""

    name: str

    def concerns(self, operation: Operation, collection: str) -> bool:
        """Whether it may have to do with such requests; it is not called for others."""

    def mutate(self, obj: Obj, attributes: Attributes) -> Obj:
        """The object as it shall be written; raises ApiError to refuse it at once."""

    def validate(self, obj: Obj, attributes: Attributes) -> None:
        """Raises ApiError to refuse the final object."""


class AdmissionPlugin:
    """The base of the built-in plugins: made once for each Api, it allows everything."""

    name = ""

    def __init__(self, api: "Api") -> None:
        self.api = api

    def concerns(self, operation: Operation, collection: str) -> bool:
        """Whether it may have to do with such requests: with all, unless a plugin says less."""
        return True

    def mutate(self, obj: Obj, attributes: Attributes) -> Obj:
        """The object as it shall be written; raises ApiError to refuse it at once."""
        return obj

    def validate(self, obj: Obj, attributes: Attributes) -> None:
        """Raises ApiError to refuse the final object."""


class PartAdmission(AdmissionPlugin):
    """The base of the plugins that also look at what is written to a part of an object."""


def does_nothing(step: Callable[..., object]) -> bool:
    """Whether a plugin's step is the base's own, which leaves every request as it is."""
    own = getattr(step, "__func__", None)
    return own in (AdmissionPlugin.mutate, AdmissionPlugin.validate)
