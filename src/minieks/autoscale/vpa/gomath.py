"""Powers, exponentials and logarithms as Go's ``math`` computes them, to the last bit.

The recommender cuts floats to whole millicores and bytes, so that one bit decides about a
millicore or a byte. Sources: Go 1.24 src/math/{pow,exp,log}.go; their approximations are those of
FreeBSD's msun e_exp.c and e_log.c.
"""

import math
from functools import lru_cache
from typing import Final

_LN2_HIGH: Final = 6.93147180369123816490e-01
_LN2_LOW: Final = 1.90821492927058770002e-10
_EXP: Final = (
    1.66666666666666657415e-01,
    -2.77777777770155933842e-03,
    6.61375632143793436117e-05,
    -1.65339022054652515390e-06,
    4.13813679705723846039e-08,
)
_LOG: Final = (
    6.666666666666735130e-01,
    3.999999999940941908e-01,
    2.857142874366239149e-01,
    2.222219843214978396e-01,
    1.818357216161805012e-01,
    1.531383769920937332e-01,
    1.479819860511658591e-01,
)


def power(base: float, exponent: int) -> float:
    """``base`` to a whole power, by squaring the mantissa; ``base`` is positive or infinite."""
    if exponent == 1:
        return base
    if math.isinf(base):
        return base if exponent > 0 else 0.0
    mantissa, scale = _squared(base, abs(exponent))
    if exponent < 0:
        return math.ldexp(1 / mantissa, -scale)
    return math.ldexp(mantissa, scale)


def _squared(base: float, exponent: int) -> tuple[float, int]:
    result, result_scale = 1.0, 0
    square, scale = math.frexp(base)
    while exponent:
        if exponent & 1:
            result *= square
            result_scale += scale
        square *= square
        scale *= 2
        if square < 0.5:
            square += square
            scale -= 1
        exponent >>= 1
    return result, result_scale


@lru_cache(maxsize=4096)
def exp2(exponent: float) -> float:
    """Two to any power; containers that are measured together ask for the same one."""
    whole = int(exponent + math.copysign(0.5, exponent)) if exponent else 0
    rest = exponent - whole
    high, low = rest * _LN2_HIGH, -rest * _LN2_LOW
    reduced = high - low
    square = reduced * reduced
    p1, p2, p3, p4, p5 = _EXP
    near = reduced - square * (p1 + square * (p2 + square * (p3 + square * (p4 + square * p5))))
    return math.ldexp(1 - ((low - (reduced * near) / (2 - near)) - high), whole)


def log(value: float) -> float:
    """The natural logarithm of a positive number."""
    mantissa, scale = math.frexp(value)
    if mantissa < math.sqrt(2) / 2:
        mantissa *= 2
        scale -= 1
    part = mantissa - 1
    slope = part / (2 + part)
    square = slope * slope
    fourth = square * square
    l1, l2, l3, l4, l5, l6, l7 = _LOG
    odd = square * (l1 + fourth * (l3 + fourth * (l5 + fourth * l7)))
    even = fourth * (l2 + fourth * (l4 + fourth * l6))
    half = 0.5 * part * part
    tail = slope * (half + (odd + even)) + scale * _LN2_LOW
    return scale * _LN2_HIGH - ((half - tail) - part)
