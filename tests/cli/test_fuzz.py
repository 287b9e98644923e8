"""The whole command on real manifests with something wrong in them: exit code 0 or 2, no more."""

import contextlib
import io
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minieks.cli import exits
from minieks.cli.main import run
from shared import REAL

_SHOP = Path(__file__).resolve().parents[2] / "examples" / "shop"
_FILES = [*sorted((_SHOP / "manifests").glob("*.yaml")), *sorted((REAL / "apps").glob("*.yaml"))]
_TEXTS = [file.read_text() for file in _FILES]
_CONFIG = (_SHOP / "cluster.yaml").read_text()
_MOST = 8  # documents in one run: what goes wrong does so with few
_PIECES = [
    *"\t\n:- {}[]'\"|>&*#%@!,\u0000é",
    *("&a ", "*a", "<<: ", "---\n", "? ", "\r\n", "[]", "{}", "[a]", "''", "null", "true"),
    *("-1", "0", "1e999", "1.5", "9" * 30, "100%", "1Gi", "{{ x }}", "a" * 300),
]
_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 3),
    st.sampled_from([2**31 - 1, 2**63, 1.5, "", " ", "x", "-1", "1Gi", "1e18", "50%", "a.b/c"]),
    st.just([]),
    st.just({}),
    st.lists(st.none(), min_size=1, max_size=2),
    st.dictionaries(st.sampled_from(["a", "cpu", "name"]), st.none(), min_size=1),
)


def _documents() -> list[dict[str, Any]]:
    found = [one for text in _TEXTS for one in yaml.safe_load_all(text)]
    # JSON and back: dates become text.
    return [json.loads(json.dumps(one, default=str)) for one in found if isinstance(one, dict)]


_DOCUMENTS = _documents()


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container with each key or index in it."""
    entries: Iterator[tuple[Any, Any]] = iter(())
    if isinstance(value, dict):
        entries = iter(value.items())
    elif isinstance(value, list):
        entries = iter(enumerate(value))
    for key, inner in entries:
        yield value, key
        yield from _places(inner)


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A manifest with pieces put in, cut out or put in the place of others."""
    text = draw(st.sampled_from([_CONFIG, *_TEXTS]))
    for _ in range(draw(st.integers(1, 3))):
        at, cut = draw(st.integers(0, len(text))), draw(st.integers(0, 12))
        text = text[:at] + draw(st.sampled_from(_PIECES)) + text[at + cut :]
    return text


@st.composite
def objects(draw: st.DrawFn) -> str:
    """Some objects in which a few values are gone, or others than they should be."""
    chosen = draw(st.lists(st.sampled_from(_DOCUMENTS), min_size=1, max_size=_MOST))
    chosen = json.loads(json.dumps(chosen))
    for _ in range(draw(st.integers(1, 3))):
        one = draw(st.sampled_from(chosen))
        places = [place for place in _places(one) if place[1] not in ("apiVersion", "kind")]
        if not places:
            continue
        container, key = places[draw(st.integers(0, len(places) - 1))]
        if draw(st.booleans()):
            container[key] = draw(_VALUES)
        else:
            container.pop(key)
    return "\n".join(json.dumps(one) for one in chosen)


def _simulated(config: str, manifest: str, form: str) -> tuple[int, str]:
    """Exit code and stderr of a minute's run."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / "cluster.yaml", Path(folder) / "m.yaml"]
        for path, text in zip(paths, (config, manifest), strict=True):
            path.write_bytes(text.encode("utf-8", "surrogatepass"))
        arguments = ["simulate", *map(str, paths), "--for", "1m", "--no-save", "-o", form]
        err = io.StringIO()
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(err):
            return run(arguments), err.getvalue()


def _check(config: str, manifest: str, form: str) -> None:
    code, err = _simulated(config, manifest, form)
    assert code in (exits.OK, exits.BAD_INPUT)
    assert "Traceback" not in err


_FUZZ = settings(max_examples=50, deadline=10_000, suppress_health_check=[HealthCheck.too_slow])
_FORMS = st.sampled_from(["table", "json"])


@pytest.mark.skipif(len(_DOCUMENTS) < _MOST, reason="no manifests to change")
class TestFuzz:
    """Real manifests, changed at random."""

    @_FUZZ
    @given(manifest=texts(), form=_FORMS)
    def test_any_manifest_is_read_or_refused(self, manifest: str, form: str) -> None:
        _check(_CONFIG, manifest, form)

    @_FUZZ
    @given(manifest=objects(), form=_FORMS)
    def test_any_objects_are_taken_or_refused(self, manifest: str, form: str) -> None:
        _check(_CONFIG, manifest, form)

    @_FUZZ
    @given(config=texts(), form=_FORMS)
    def test_any_config_is_read_or_refused(self, config: str, form: str) -> None:
        _check(config, _TEXTS[0], form)
