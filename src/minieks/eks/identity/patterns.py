"""Texts of policies with wildcards and variables: ``arn:aws:s3:::${aws:PrincipalTag/team}/*``.

Source: AWS IAM user guide, "IAM policy elements: Variables and tags" and "String condition
operators". What a variable stands for is taken literally; one that stands for nothing matches
nothing, unless it has a default: ``${aws:username, 'nobody'}``.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final, TypeAlias

Context: TypeAlias = Mapping[str, tuple[str, ...]]
"""What is known of a request: condition keys in lower case, each with its values."""

_PART: Final = re.compile(r"\$\{([^}]*)\}|(\*)|(\?)|([^$*?]+|\$)", re.DOTALL)
_ESCAPED: Final = ("*", "?", "$")
_DEFAULT: Final = re.compile(r"\s*,\s*'(.*)'\s*", re.DOTALL)


def like(pattern: str, text: str, context: Context) -> bool:
    """Whether a text is as the pattern says; ``*`` stands for any characters, ``?`` for one."""
    if "${" not in pattern:
        return _compiled(pattern).fullmatch(text) is not None
    parts = list(_parts(pattern, context, wild=True))
    if None in parts:
        return False
    return re.fullmatch("".join(filter(None, parts)), text, re.DOTALL) is not None


def filled(pattern: str, context: Context) -> str | None:
    """The text with its variables filled in, wildcards being characters; None if one is unknown."""
    if "${" not in pattern:
        return pattern
    parts = list(_parts(pattern, context, wild=False))
    return None if None in parts else "".join(filter(None, parts))


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    parts = (part or "" for part in _parts(pattern, {}, wild=True))
    return re.compile("".join(parts), re.DOTALL)


def _parts(pattern: str, context: Context, *, wild: bool) -> Iterator[str | None]:
    """The parts of the pattern, as a regular expression if wildcards count; None for an unknown."""
    shown = re.escape if wild else str
    for found in _PART.finditer(pattern):
        variable, many, one, text = found.groups()
        if variable is not None:
            value = _value(variable, context)
            yield None if value is None else shown(value)
        elif wild and (many or one):
            yield ".*" if many else "."
        else:
            yield shown(many or one or text)


def _value(variable: str, context: Context) -> str | None:
    if variable in _ESCAPED:
        return variable
    key, comma, _ = variable.partition(",")
    values = context.get(key.strip().lower(), ())
    if len(values) == 1:
        return values[0]
    default = _DEFAULT.fullmatch(variable[len(key) :]) if comma else None
    return default[1] if default else None
