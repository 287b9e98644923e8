"""What a client says beside the object it writes: who it is, and how the write is to be done.

Source: kubernetes apimachinery pkg/apis/meta/v1 (CreateOptions, UpdateOptions, PatchOptions).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from minieks.kube.words.objects import Obj

FieldValidation: TypeAlias = Literal["Ignore", "Warn", "Strict"]


@dataclass(frozen=True, slots=True)
class UserInfo:
    """Who asks: a name, a uid, the groups, and what else the authenticator knows."""

    name: str
    uid: str = ""
    groups: tuple[str, ...] = ()
    extra: tuple[tuple[str, tuple[str, ...]], ...] = ()


IN_PROCESS: Final = UserInfo("system:apiserver", groups=("system:masters",))
"""The user of every write that does not come from a client."""


# From the stored object (None for a new one) and the one to be stored, defaults filled in and
# admission still to come, to the latter with its managedFields.
Track: TypeAlias = Callable[[Obj | None, Obj], Obj]


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """How a write is to be done; ``warnings`` collects the texts that go with the answer.

    ``track`` keeps managedFields; None leaves them as they are. ``subresource`` is empty for the
    object itself. ``admitted`` says that admission has seen the write already, in another form.
    """

    user: UserInfo = IN_PROCESS
    dry_run: bool = False
    field_manager: str = ""
    field_validation: FieldValidation = "Warn"
    subresource: str = ""
    track: Track | None = None
    warnings: list[str] = field(default_factory=list)
    admitted: bool = False

    def tracked_by(self, track: Track) -> "WriteOptions":
        """The same, with who keeps the managedFields."""
        return WriteOptions(
            self.user,
            self.dry_run,
            self.field_manager,
            self.field_validation,
            self.subresource,
            track,
            self.warnings,
            self.admitted,
        )

    def tracked(self, old: Obj | None, new: Obj) -> Obj:
        """The object with its managedFields, if they are kept."""
        return new if self.track is None else self.track(old, new)
