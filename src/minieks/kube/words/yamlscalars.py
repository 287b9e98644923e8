"""What a plain scalar of YAML means to kubectl and eksctl.

Both read YAML through sigs.k8s.io/yaml, which is go-yaml v2 followed by a conversion to JSON:
``on``, ``yes`` and ``y`` are booleans, ``0644`` is octal, ``1e3`` a number, a date stays a string,
``1:30`` too, and a key that is no string becomes one (sigs.k8s.io/yaml yaml.go and
goyaml.v2/resolve.go).
"""

import math
import re
from typing import Any

_NULLS = ("", "~", "null", "Null", "NULL")
_TRUE = ("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON")
_FALSE = ("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF")
_WORDS: dict[str, Any] = {
    **dict.fromkeys(_NULLS),
    **dict.fromkeys(_TRUE, True),
    **dict.fromkeys(_FALSE, False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
}
_INTEGER = re.compile(r"[-+]?(?:0[xX][0-9a-fA-F]+|0[oO]?[0-7]+|0[bB][01]+|[1-9][0-9]*|0)")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NUMBER_STARTS = frozenset("+-.0123456789")
_LARGEST_INTEGER = 2**63 - 1
_SMALLEST_INTEGER = -(2**63)
_LONGEST_NUMBER = 400  # more digits than a double can have; int() of very long texts is slow
_BASES = {"x": 16, "o": 8, "b": 2}


def resolve_plain(text: str) -> Any:
    """The value of an unquoted scalar without a tag."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBER_STARTS or len(text) > _LONGEST_NUMBER:
        return text
    digits = text.replace("_", "")
    if _INTEGER.fullmatch(digits):
        return _integer(digits)
    return normal_number(float(digits)) if _FLOAT.fullmatch(digits) else text


def _integer(digits: str) -> int | float:
    """An integer in any of Go's bases; one that needs more than 64 bits is a float."""
    sign = -1 if digits[0] == "-" else 1
    bare = digits.lstrip("+-")
    if len(bare) > 1 and bare[0] == "0":
        prefix = bare[1].lower()
        value = sign * int(
            bare.lower().removeprefix(f"0{prefix}") if prefix in _BASES else bare,
            _BASES.get(prefix, 8),
        )
    else:
        value = sign * int(bare)
    return value if _SMALLEST_INTEGER <= value <= _LARGEST_INTEGER else float(value)


def normal_number(value: float) -> int | float:
    """A float as it is after a trip through JSON: ``1.0`` comes back as the integer 1."""
    if value.is_integer() and abs(value) < 2**63:
        return int(value)
    return value


def key_text(value: Any) -> str | None:
    """A mapping's key as a JSON key; None if it can be none (a list, a mapping, null)."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    return None
