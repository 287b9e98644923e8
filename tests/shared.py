"""Where the real inputs and recorded behaviour of the real programs are, beside a checkout."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"
GOLDEN = SHARED / "golden"
REAL = SHARED / "real"

needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the real inputs are not beside this checkout; CI has them"
)
