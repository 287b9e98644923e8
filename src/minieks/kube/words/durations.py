"""Go's durations as Kubernetes writes them: ``90s``, ``12m``, ``1h30m``, ``300ms``.

Source: Go's ``time.ParseDuration`` and ``Duration.String``.
"""

import re
from decimal import Decimal

_UNITS = {
    "ns": Decimal("0.000000001"),
    "us": Decimal("0.000001"),
    "µs": Decimal("0.000001"),
    "ms": Decimal("0.001"),
    "s": Decimal(1),
    "m": Decimal(60),
    "h": Decimal(3600),
}
_PART = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|µs|ms|s|m|h)", re.ASCII)


def seconds(text: str) -> float:
    """The length in seconds; ValueError if the text is no duration of zero or more."""
    if text == "0":
        return 0.0
    parts = _PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError(f"{text!r} is not a duration such as 90s, 12m or 1h30m")
    return float(sum(Decimal(number) * _UNITS[unit] for number, unit in parts))


def go_text(length: float) -> str:
    """A length in seconds as Go prints it, cut to milliseconds: ``1m4.5s``, ``543ms``, ``0s``."""
    millis = int(length * 1000)
    if millis < 1000:
        return f"{millis}ms" if millis else "0s"
    minutes, rest = divmod(millis, 60_000)
    text = f"{_trimmed(rest)}s"
    if not minutes:
        return text
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes}m{text}" if hours else f"{minutes}m{text}"


def _trimmed(millis: int) -> str:
    whole, part = divmod(millis, 1000)
    return f"{whole}.{part:03d}".rstrip("0") if part else str(whole)
