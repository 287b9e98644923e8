"""The pod annotations that say how a pod's containers behave; the documentation is drawn from it.

``minieks.dev/<key>`` is about the pod's containers, ``minieks.dev/<key>.<container>`` about one of
them and stronger. In a Deployment or Job they belong into the pod template's metadata.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from minieks.data.nearest import nearest
from minieks.kube.words import durations, quantity

PREFIX = "minieks.dev/"
NEVER = "never"
_MIB = 1024 * 1024


def _duration(text: str) -> float:
    return durations.seconds(text)


def _duration_or_never(text: str) -> float:
    return float("inf") if text == NEVER else durations.seconds(text)


def _exit_code(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 255:
        raise ValueError(f"{text!r} is not an exit code from 0 to 255")
    return int(text)


def _mebibytes(text: str) -> float:
    try:
        size = quantity.value(text)
    except ValueError:
        size = 0
    if size <= 0:
        raise ValueError(f"{text!r} is not a size such as 350Mi or 1.2Gi")
    return size / _MIB


def _text(text: str) -> str:
    if not text:
        raise ValueError("the text is empty")
    return text


@dataclass(frozen=True, slots=True)
class Setting:
    """One annotation: its key behind the prefix, what it says, and how its text is read.

    ``inits``: whether the pod-wide form is about init containers too; the form with a container's
    name always may be.
    """

    key: str
    about: str
    example: str
    read: Callable[[str], Any]
    inits: bool = False


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "run-duration",
        "How long a container runs before it exits by itself; without it, containers of pods with "
        "restartPolicy Always run for ever.",
        "12m",
        _duration,
    ),
    Setting(
        "exit-code",
        "The exit code at the end of run-duration (0 if not set) or of crash-after (1 if not set).",
        "1",
        _exit_code,
    ),
    Setting(
        "crash-after",
        "A container fails this long after each of its starts.",
        "90s",
        _duration,
    ),
    Setting(
        "time-to-ready",
        "From a container's start until its application answers startup and readiness probes; "
        "without probes, until the container counts as ready. `never` is allowed.",
        "25s",
        _duration_or_never,
    ),
    Setting(
        "liveness-fails-after",
        "From a container's start until its liveness probe fails for good.",
        "10m",
        _duration,
    ),
    Setting(
        "termination-time",
        "From SIGTERM until a container has ended; it is killed when the grace period is over.",
        "8s",
        _duration_or_never,
        inits=True,
    ),
    Setting("image-size", "The compressed size of a container's image.", "350Mi", _mebibytes, True),
    Setting(
        "pull-error",
        "Why a container's image cannot be pulled; it then waits in ImagePullBackOff.",
        "not found",
        _text,
        inits=True,
    ),
)
_BY_KEY = {setting.key: setting for setting in SETTINGS}


def value(
    annotations: Mapping[str, str], key: str, container: str = "", *, init: bool = False
) -> Any:
    """What the annotations say for a container; None if nothing, or nothing that can be read."""
    if not annotations:
        return None
    setting = _BY_KEY[key]
    text = annotations.get(f"{PREFIX}{key}.{container}")
    if text is None and (setting.inits or not init):
        text = annotations.get(PREFIX + key)
    if text is None:
        return None
    try:
        return setting.read(text)
    except ValueError:
        return None


def is_setting(name: str) -> bool:
    """Whether an annotation of that name is in the table."""
    prefix, _, key = name.partition("/")
    return f"{prefix}/" == PREFIX and key.partition(".")[0] in _BY_KEY


def problems(annotations: Mapping[str, str]) -> list[str]:
    """What is wrong with the annotations of this table, each in a sentence naming its key."""
    found = []
    for name, text in annotations.items():
        if name.startswith(PREFIX):
            found.extend(_problem(name, text))
    return found


def _problem(name: str, text: str) -> list[str]:
    key = name.removeprefix(PREFIX).partition(".")[0]
    setting = _BY_KEY.get(key)
    if setting is None:
        meant = nearest(key, _BY_KEY, 1)
        return (
            [f"annotation {name}: did you mean {PREFIX}{meant[0]}?"] if _close(key, meant) else []
        )
    try:
        setting.read(text)
    except ValueError as error:
        return [f"annotation {name}: {error}; it is ignored. Write it as {setting.example!r}"]
    return []


def _close(key: str, meant: list[str]) -> bool:
    """Whether it is a slip of the pen: other parts have annotations under this prefix too."""
    return bool(meant) and set(key.split("-")) & set(meant[0].split("-")) != set()
