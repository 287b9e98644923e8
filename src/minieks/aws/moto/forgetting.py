"""moto's state, thrown away."""

from moto.core.base_backend import BackendDict, BaseBackend, backend_lock
from moto.moto_api._internal.models import moto_api_backend


def forget() -> None:
    """Do what moto's own reset does, but for making anew what it then throws away.

    For each account and region it makes all that is there by default once more, and drops that:
    after many accounts seconds go by. Backends that hold files or processes let go of them.
    """
    with backend_lock:
        for service in BackendDict._instances:
            for account in service.values():
                for region in [one for one, held in account.items() if _is_plain(held)]:
                    del account[region]
        moto_api_backend.reset()


def _is_plain(backend: BaseBackend) -> bool:
    return type(backend).reset is BaseBackend.reset
