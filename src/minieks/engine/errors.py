"""The tree of errors.

MinieksError
├── UserError          the caller's mistake: says where, what, and what to do; exit code 2
└── EngineError        a refusal inside the engine; a loop that meets one backs off
    ├── NotFound       there is no such record
    ├── AlreadyExists  a record with this key is there
    ├── Conflict       the record changed since it was read
    └── Compacted      the history asked for is no longer kept
"""


class MinieksError(Exception):
    """Whatever minieks raises on purpose."""


class UserError(MinieksError):
    """A mistake of the caller, which the caller can mend."""

    def __init__(self, message: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        head = f"{self.where}: {self.message}" if self.where else self.message
        return f"{head}\n  hint: {self.hint}" if self.hint else head


class EngineError(MinieksError):
    """A refusal by the engine's store; a loop that raises it is retried with back-off."""


class NotFound(EngineError):
    """There is no record with this key."""


class AlreadyExists(EngineError):
    """A record with this key is there already."""


class Conflict(EngineError):
    """The record changed since the caller read it."""


class Compacted(EngineError):
    """The revision asked for is older than the history that is kept."""
