"""botocore's files, read as it does itself, in a fraction of the time."""

import gzip
from functools import cache
from pathlib import Path
from typing import Any, Final

import orjson
from botocore.loaders import JSONFileLoader

_SUFFIXES: Final = (".json", ".json.gz")
_NOTHING: Final[dict[str, Any]] = {}


class ModelFiles(JSONFileLoader):  # type: ignore[misc]  # botocore has no types
    """Reads the files of models."""

    def load_file(self, file_path: str) -> Any:
        """What is in a file, named without its suffix; None if there is none."""
        if file_path.endswith("endpoints"):
            return _endpoints(file_path)
        data = _text(file_path)
        return None if data is None else orjson.loads(data)


def _text(file_path: str) -> bytes | None:
    for suffix in _SUFFIXES:
        path = Path(file_path + suffix)
        if path.is_file():
            data = path.read_bytes()
            return gzip.decompress(data) if suffix.endswith(".gz") else data
    return None


@cache
def _endpoints(file_path: str) -> Any:
    """The list of all endpoints, without what they are like: moto only asks which there are."""
    data = _text(file_path)
    found = None if data is None else orjson.loads(data)
    for partition in found["partitions"] if found else ():
        for service in partition["services"].values():
            service["endpoints"] = dict.fromkeys(service["endpoints"], _NOTHING)
    return found
