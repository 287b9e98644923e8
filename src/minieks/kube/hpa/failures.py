"""Why a metric gives no number of replicas."""

from minieks.engine.errors import EngineError


class Unavailable(EngineError):
    """A metric cannot be computed; the message is the real controller's own."""
