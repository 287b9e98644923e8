"""Every operation of the EKS API by its name, joined from its families."""

from collections.abc import Mapping
from itertools import chain
from typing import Final

from minieks.eks.operations import accessentries, accesspolicies, clusters
from minieks.eks.operations.registry import Operation

_FAMILIES: Final = (
    clusters.OPERATIONS,
    accessentries.OPERATIONS,
    accesspolicies.OPERATIONS,
)

OPERATIONS: Final[Mapping[str, Operation]] = {one.name: one for one in chain(*_FAMILIES)}
