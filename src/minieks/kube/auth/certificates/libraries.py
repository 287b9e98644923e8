"""Loads cryptography when the first certificate is asked for: it takes 50 ms."""

from types import ModuleType


def x509() -> ModuleType:
    """The module `x509` beside this one."""
    from minieks.kube.auth.certificates import x509 as loaded  # noqa: PLC0415 - see above

    return loaded
