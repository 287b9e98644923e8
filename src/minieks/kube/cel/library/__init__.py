"""The functions of expressions: tables of (name, signature, what it does), one file per library.

Source: cel-go common/stdlib and ext, kubernetes apiserver pkg/cel/library.
"""

from typing import Final

from minieks.kube.cel.library import (
    authorizer,
    cidr,
    conversions,
    dates,
    formats,
    ip,
    lists,
    operators,
    optionals,
    patterns,
    quantities,
    semver,
    sets,
    strings,
    urls,
)
from minieks.kube.cel.rows import Row

ROWS: Final[tuple[Row, ...]] = (
    *operators.ROWS,
    *conversions.ROWS,
    *dates.ROWS,
    *strings.ROWS,
    *patterns.ROWS,
    *lists.ROWS,
    *sets.ROWS,
    *optionals.ROWS,
    *urls.ROWS,
    *quantities.ROWS,
    *ip.ROWS,
    *cidr.ROWS,
    *formats.ROWS,
    *semver.ROWS,
    *authorizer.ROWS,
)
"""All functions of Kubernetes' base environment."""
