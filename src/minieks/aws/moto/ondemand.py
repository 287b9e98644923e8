"""What moto's backends are full of from the beginning, there when somebody first looks at it."""

from collections.abc import Callable
from typing import Any, Final

_FILLED: Final = "filled by minieks"


class OnDemand:
    """An attribute of a backend; ``fill`` fills it, and others along with it, once a backend.

    A backend that is emptied has none of its attributes any more, and is filled again.
    """

    def __init__(self, name: str, fill: Callable[[Any], None]) -> None:
        self._name = name
        self._fill = fill

    def __get__(self, backend: Any, _: type) -> Any:
        if backend is None:
            return self
        held = vars(backend)
        filled = held.setdefault(_FILLED, {})
        if self._fill not in filled:
            filled[self._fill] = True  # Who fills it looks at it, too.
            self._fill(backend)
        return held[self._name]

    def __set__(self, backend: Any, value: Any) -> None:
        vars(backend)[self._name] = value


def fill_on_demand(kind: type, names: tuple[str, ...], fill: Callable[[Any], None]) -> None:
    """Have ``fill`` called when one of these attributes of a backend is looked at."""
    for name in names:
        setattr(kind, name, OnDemand(name, fill))


def held_by(backend: Any) -> dict[str, Any]:
    """All attributes of a backend as they are; none is filled by it."""
    return {name: value for name, value in vars(backend).items() if name != _FILLED}
