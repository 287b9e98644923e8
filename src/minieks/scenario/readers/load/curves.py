"""Curves of a load file: a number, or a mapping that says its shape and what is laid over it."""

from collections.abc import Callable, Mapping
from datetime import time
from typing import Any, Final, TypeAlias

from minieks.data.nearest import did_you_mean
from minieks.engine.clock import DAY, SECOND, Micros
from minieks.engine.errors import UserError
from minieks.kube.words import times
from minieks.load.curves import (
    Constant,
    Curve,
    Noise,
    Point,
    Repeated,
    Spikes,
    Steps,
    TimeOfDay,
    Weekly,
    staircase,
)
from minieks.scenario.readers.load import series
from minieks.scenario.readers.load.context import Reading
from minieks.scenario.readers.places import FieldPath

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_EXTRAS: Final = ("zone", "interpolate", "column", "labels", "then", "spikes", "noise")


def read_curve(reading: Reading, path: FieldPath, value: Any) -> Curve:
    """A curve; UserError with the field where it is wrong."""
    if not isinstance(value, dict):
        return Constant(reading.number(path, value))
    for field in value:
        known = (*_SHAPES, *_EXTRAS)
        if field not in known:
            hint = did_you_mean(str(field), known, f"use one of: {', '.join(_SHAPES)}")
            raise reading.error((*path, field), f'unknown field "{field}"', hint)
    shapes = [field for field in value if field in _SHAPES]
    if len(shapes) != 1:
        what = f"has both {' and '.join(shapes)}" if shapes else "has no shape"
        raise reading.error(path, what, f"give one of: {', '.join(_SHAPES)}")
    curve = _SHAPES[shapes[0]](reading, (*path, shapes[0]), value)
    return _laid_over(reading, path, value, curve)


def _laid_over(reading: Reading, path: FieldPath, value: Mapping[str, Any], curve: Curve) -> Curve:
    for index, spike in enumerate(value.get("spikes") or ()):
        curve = _spikes(reading, (*path, "spikes", index), spike, curve)
    noise = value.get("noise")
    if noise is None:
        return curve
    given = _fields(reading, (*path, "noise"), noise, ("by", "every", "seed"))
    every = reading.length((*path, "noise", "every"), given.get("every", "5m"))
    part = reading.part((*path, "noise", "by"), given.get("by", "10%"))
    return Noise(curve, part, every, str(given.get("seed", 0)))


def _spikes(reading: Reading, path: FieldPath, value: Any, curve: Curve) -> Curve:
    given = _fields(reading, path, value, ("at", "for", "times", "every"))
    for field in ("at", "for", "times"):
        if field not in given:
            raise reading.error((*path, field), "must be set", "a spike has at, for and times")
    every = given.get("every")
    return Spikes(
        curve,
        reading.moment((*path, "at"), given["at"]),
        reading.length((*path, "for"), given["for"]),
        reading.number((*path, "times"), given["times"]),
        None if every is None else reading.length((*path, "every"), every),
    )


def _fields(
    reading: Reading, path: FieldPath, value: Any, known: tuple[str, ...]
) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise reading.error(path, "expected a mapping", f"it has {', '.join(known)}")
    for field in value:
        if field not in known:
            hint = did_you_mean(str(field), known, f"it has {', '.join(known)}")
            raise reading.error((*path, field), f'unknown field "{field}"', hint)
    return value


def _constant(reading: Reading, path: FieldPath, value: Mapping[str, Any]) -> Curve:
    return Constant(reading.number(path, value["constant"]))


def _daily(reading: Reading, path: FieldPath, value: Mapping[str, Any]) -> Curve:
    times = _times_of_day(reading, path, value["daily"])
    return _weekly_of(reading, path, value, [times] * 7)


def _weekly(reading: Reading, path: FieldPath, value: Mapping[str, Any]) -> Curve:
    given = value["weekly"]
    days: dict[str, tuple[TimeOfDay, ...]] = {}
    for key, at_times in (given if isinstance(given, dict) else {}).items():
        for day in _span_of_days(reading, (*path, key), str(key)):
            if day in days:
                hint = "name each day once, as in mon-fri and sat-sun"
                raise reading.error((*path, key), f"{day} has been said already", hint)
            days[day] = _times_of_day(reading, (*path, key), at_times)
    missing = [day for day in _DAYS if day not in days]
    if missing:
        text = f"does not say anything of {', '.join(missing)}"
        raise reading.error(path, text, "name each day once, as in mon-fri and sat-sun")
    return _weekly_of(reading, path, value, [days[day] for day in _DAYS])


def _weekly_of(
    reading: Reading,
    path: FieldPath,
    value: Mapping[str, Any],
    days: list[tuple[TimeOfDay, ...]],
) -> Curve:
    above = path[:-1]
    zone = value.get("zone")
    return Weekly(
        tuple(days),
        reading.zone if zone is None else reading.time_zone((*above, "zone"), zone),
        _is_even(reading, above, value),
    )


def _is_even(reading: Reading, path: FieldPath, value: Mapping[str, Any]) -> bool:
    how = value.get("interpolate", "linear")
    if how not in ("linear", "step"):
        raise reading.error((*path, "interpolate"), f"{how!r} is not known", "linear or step")
    return bool(how == "linear")


def _span_of_days(reading: Reading, path: FieldPath, text: str) -> list[str]:
    first, _, last = text.partition("-")
    if first not in _DAYS or (last or first) not in _DAYS:
        raise reading.error(path, f"{text!r} names no days", f"use {', '.join(_DAYS)}, or mon-fri")
    begin, end = _DAYS.index(first), _DAYS.index(last or first)
    return list(_DAYS[begin : end + 1] if begin <= end else (*_DAYS[begin:], *_DAYS[: end + 1]))


def _times_of_day(reading: Reading, path: FieldPath, value: Any) -> tuple[TimeOfDay, ...]:
    if not isinstance(value, dict) or not value:
        raise reading.error(path, "has no times", 'write "08:00": 200 lines')
    found = [
        TimeOfDay(_time(reading, (*path, key), key), reading.number((*path, key), one))
        for key, one in value.items()
    ]
    return tuple(sorted(found, key=lambda one: one.at))


def _time(reading: Reading, path: FieldPath, value: Any) -> time:
    try:
        if isinstance(value, int):  # YAML reads 08:00 without quotes as a number of minutes.
            return time(value // 60, value % 60)
        return time.fromisoformat(str(value))
    except ValueError:
        raise reading.error(path, f"{value!r} is no time of day", 'write it as "08:00"') from None


def _points(reading: Reading, path: FieldPath, value: Any) -> list[Point]:
    if not isinstance(value, dict) or not value:
        raise reading.error(path, "has no moments", "write 30m: 200 lines")
    found = [
        Point(reading.moment((*path, key), key), reading.number((*path, key), one))
        for key, one in value.items()
    ]
    return sorted(found)


def _steps(reading: Reading, path: FieldPath, value: Mapping[str, Any]) -> Curve:
    return Steps(tuple(_points(reading, path, value["steps"])))


def _ramp(reading: Reading, path: FieldPath, value: Mapping[str, Any]) -> Curve:
    corners = _points(reading, path, value["ramp"])
    return Steps((Point(0, corners[0].value), *staircase(corners)))


def _csv(reading: Reading, path: FieldPath, value: Mapping[str, Any]) -> Curve:
    found = series.from_csv(_written(reading, path, value["csv"]), str(value.get("column") or ""))
    return _recorded(reading, path, value, found)


def _prometheus(reading: Reading, path: FieldPath, value: Mapping[str, Any]) -> Curve:
    labels = value.get("labels") or {}
    if not isinstance(labels, dict):
        raise reading.error((*path[:-1], "labels"), "expected a mapping", "write name: value lines")
    found = series.from_prometheus(_written(reading, path, value["prometheus"]), labels)
    return _recorded(reading, path, value, found)


def _written(reading: Reading, path: FieldPath, value: Any) -> Any:
    try:
        return reading.files(str(value))
    except UserError as error:
        raise reading.error(path, f"{error.where}: {error.message}", error.hint) from None


def _recorded(reading: Reading, path: FieldPath, value: Mapping[str, Any], found: Steps) -> Curve:
    """A series that was recorded: as it is, held, or over and over."""
    above, how = path[:-1], value.get("then")
    begins, ends = found.points[0].at, found.points[-1].at
    if how == "repeat":
        length = ends - begins + _last_step(found)
        return Repeated(found, begins, length)
    if how not in (None, "hold"):
        raise reading.error((*above, "then"), f"{how!r} is not known", "hold or repeat")
    if how is None and (begins > reading.start or _ends_early(reading, ends, found)):
        text = f"the series goes from {_shown(begins)} to {_shown(ends)}, and not over the run"
        raise reading.error(path, text, "say then: repeat to go on with it, or then: hold")
    return found


def _ends_early(reading: Reading, ends: Micros, found: Steps) -> bool:
    return reading.end is not None and ends + _last_step(found) < reading.end


def _last_step(found: Steps) -> Micros:
    points = found.points
    return points[-1].at - points[-2].at if len(points) > 1 else DAY


def _shown(moment: Micros) -> str:
    return times.rfc3339(moment // SECOND * SECOND)


_Read: TypeAlias = Callable[[Reading, FieldPath, Mapping[str, Any]], Curve]
_SHAPES: Final[Mapping[str, _Read]] = {
    "constant": _constant,
    "daily": _daily,
    "weekly": _weekly,
    "steps": _steps,
    "ramp": _ramp,
    "csv": _csv,
    "prometheus": _prometheus,
}
