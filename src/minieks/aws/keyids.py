"""What the id of an access key says: of what kind it is, and of whose account.

Source: AWS IAM user guide, "IAM identifiers", "Unique ID prefixes"; AWS STS API reference,
GetAccessKeyInfo: the account is in the id. The eight characters after the prefix are its number in
base 32, halved, with the highest bit set; the ninth says whether it is odd.
"""

import base64
import re
from typing import Final

_TEMPORARY: Final = "ASIA"
_ID: Final = re.compile(r"A[KS]IA[Q-Z2-7][A-Z2-7]{15}")
_HIGHEST: Final = 1 << 39
_FIRST_ODD: Final = "QRSTUVWXYZ234567"
_DIGITS: Final = 12


def is_temporary(key_id: str) -> bool:
    """Whether STS gives out keys with such ids: they count with a session token only."""
    return key_id.startswith(_TEMPORARY)


def account_in(key_id: str) -> str:
    """The account that the id of a key says; empty for an id that IAM and STS never give."""
    if not _ID.fullmatch(key_id):
        return ""
    half = int.from_bytes(base64.b32decode(key_id[4:12])) - _HIGHEST
    return str(2 * half + (key_id[12] in _FIRST_ODD)).zfill(_DIGITS)
