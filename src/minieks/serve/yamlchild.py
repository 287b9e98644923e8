"""The process that reads or writes one long YAML document: from stdin to stdout, and over.

``read``: YAML in; out comes, pickled, what `goyaml.load` gives, or the text of what it raises,
or None if it holds too many values.
``write``: JSON in, YAML out. A process that fails, or is ended by a limit, says nothing.
"""

import os
import pickle
import sys
from collections.abc import Mapping
from typing import Final

from minieks.kube.api.errors import ApiError
from minieks.kube.rest import goyaml, yamltext

SECONDS: Final[Mapping[str, int]] = {"read": 5, "write": 60}
"""Of a processor. Reading 3 MiB of manifests takes one or two."""
_MEMORY: Final = 2 * 1024**3
"""Bytes."""
_NICE: Final = 5
"""Clients that are served come first."""


def limit(seconds: int) -> None:
    """Let the system end this process when it takes more than it may."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - there is none for Windows

    os.nice(_NICE)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


def done(work: str, given: bytes) -> bytes:
    """The work on what was given."""
    if work == "write":
        return yamltext.rewritten(given)
    try:
        return pickle.dumps(goyaml.load(given), pickle.HIGHEST_PROTOCOL)
    except goyaml.GoYamlError as error:
        return pickle.dumps(str(error))
    except ApiError:
        return pickle.dumps(None)


def main() -> None:
    """Do what the first argument says."""
    work = sys.argv[1]
    limit(SECONDS[work])
    sys.stdout.buffer.write(done(work, sys.stdin.buffer.read()))


if __name__ == "__main__":
    main()
