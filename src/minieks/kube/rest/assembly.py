"""The handler of a cluster with everything that belongs to it."""

from minieks.kube.api.server import Api
from minieks.kube.auth.services import Auth
from minieks.kube.rest.call import Timers
from minieks.kube.rest.handler import Handler


def assembled(api: Api, *, auth: Auth | None = None, timers: Timers | None = None) -> Handler:
    """The handler of one cluster; ``timers`` are the engine's unless they are given."""
    return Handler(api, auth=auth, timers=timers)
