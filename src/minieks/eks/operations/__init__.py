"""The EKS API: every operation of the service, with its states, limits and errors, without HTTP.

An operation takes parameters and gives answers in the shapes that an SDK shows; moments are
seconds since the epoch, as on the wire. What EKS asks of the rest of AWS stands in `ports`.
"""

from minieks.eks.operations.call import Call, Caller
from minieks.eks.operations.errors import EksError
from minieks.eks.operations.regional import Services
from minieks.eks.operations.service import EksService

__all__ = ["Call", "Caller", "EksError", "EksService", "Services"]
