"""Names and ids made by chance: seeded, so that a run can be repeated."""

from random import Random

# Letters and digits without vowels and look-alikes, so that no word appears by chance
# (kubernetes apimachinery pkg/util/rand).
ALPHABET = "bcdfghjklmnpqrstvwxz2456789"

# The digit of a UUID that says its variant keeps two bits of chance (RFC 9562, 4.1).
_VARIANT = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))


def uid(random: Random) -> str:
    """A random (version 4) UUID in its usual form; each request and each object has one."""
    drawn = f"{random.getrandbits(128):032x}"
    variant = _VARIANT[drawn[16]]
    return f"{drawn[:8]}-{drawn[8:12]}-4{drawn[13:16]}-{variant}{drawn[17:20]}-{drawn[20:]}"


def suffix(random: Random, length: int = 5) -> str:
    """``length`` random characters of the alphabet, as Kubernetes appends to generated names."""
    return "".join(random.choices(ALPHABET, k=length))
