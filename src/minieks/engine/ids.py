"""Names and ids made by chance: seeded, so that a run can be repeated."""

from random import Random

# Letters and digits without vowels and look-alikes, so that no word appears by chance
# (kubernetes apimachinery pkg/util/rand).
ALPHABET = "bcdfghjklmnpqrstvwxz2456789"

# The digit of a UUID that says its variant keeps two bits of chance (RFC 9562, 4.1).
_VARIANT = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))

# The odd step by which a number of 48 bits goes through all of them, far apart (Knuth, TAOCP 6.4).
_STEP = 0x9E3779B97F4B
_LAST = (1 << 48) - 1


def uid(random: Random) -> str:
    """A random (version 4) UUID in its usual form; each request and each object has one."""
    drawn = f"{random.getrandbits(128):032x}"
    variant = _VARIANT[drawn[16]]
    return f"{drawn[:8]}-{drawn[8:12]}-4{drawn[13:16]}-{variant}{drawn[17:20]}-{drawn[20:]}"


class RequestIds:
    """Ids of requests in the form of a UUID, each another: they are told apart, and not guessed at.

    The first digits are drawn once; the last ones are a number that counts, its bits well mixed.
    """

    def __init__(self, random: Random) -> None:
        self._begin = uid(random)[:24]
        self._number = random.getrandbits(48)

    def __call__(self) -> str:
        """The next one."""
        self._number = number = (self._number + _STEP) & _LAST
        return f"{self._begin}{number:012x}"


def suffix(random: Random, length: int = 5) -> str:
    """``length`` random characters of the alphabet, as Kubernetes appends to generated names."""
    # The same draws as `random.choices` makes, which is slow for so few.
    draw, letters = random.random, len(ALPHABET)
    return "".join([ALPHABET[int(draw() * letters)] for _ in range(length)])
