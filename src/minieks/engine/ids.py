"""Names and ids made by chance: seeded, so that a run can be repeated."""

from random import Random
from uuid import UUID

# Letters and digits without vowels and look-alikes, so that no word appears by chance
# (kubernetes apimachinery pkg/util/rand).
ALPHABET = "bcdfghjklmnpqrstvwxz2456789"


def uid(random: Random) -> str:
    """A random (version 4) UUID in its usual form."""
    return str(UUID(int=random.getrandbits(128), version=4))


def suffix(random: Random, length: int = 5) -> str:
    """``length`` random characters of the alphabet, as Kubernetes appends to generated names."""
    return "".join(random.choices(ALPHABET, k=length))
