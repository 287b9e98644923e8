"""The machine's time, which is that of clients: certificates and signatures are made by it."""

from datetime import UTC, datetime

from minieks.engine.clock import SECOND, Micros


def machine_time() -> datetime:
    """What time it is for the machine."""
    return datetime.now(UTC)  # noqa: TID251 - a served cluster begins at the machine's time


def machine_micros() -> Micros:
    """The same in microseconds since the epoch."""
    return int(machine_time().timestamp() * SECOND)
