"""Names and ids made by chance: seeded, so that a run can be repeated."""

from random import Random

# Letters and digits without vowels and look-alikes, so that no word appears by chance
# (kubernetes apimachinery pkg/util/rand).
ALPHABET = "bcdfghjklmnpqrstvwxz2456789"

# Of the 128 bits of a UUID, those that chance decides, and what the others are (RFC 9562, 5.4).
_CHANCE = ~(0xF << 76 | 0b11 << 62)
_VERSION_4 = 4 << 76 | 0b10 << 62


def uid(random: Random) -> str:
    """A random (version 4) UUID in its usual form."""
    digits = f"{random.getrandbits(128) & _CHANCE | _VERSION_4:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def suffix(random: Random, length: int = 5) -> str:
    """``length`` random characters of the alphabet, as Kubernetes appends to generated names."""
    return "".join(random.choices(ALPHABET, k=length))
