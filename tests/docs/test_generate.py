"""The generator rewrites what is between its marks and nothing else."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "generate.py"
PAGE = "before\n<!-- generated: fargate-sizes -->\nold\n<!-- end of fargate-sizes -->\nafter\n"


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_is_between_the_marks_is_made_anew(generate: ModuleType) -> None:
    after = generate.rendered(PAGE)
    assert after.startswith("before\n<!-- generated: fargate-sizes -->\n\n| vCPU |")
    assert after.endswith("<!-- end of fargate-sizes -->\nafter\n")
    assert "old" not in after


def test_a_page_made_anew_twice_is_the_same(generate: ModuleType) -> None:
    once = generate.rendered(PAGE)
    assert generate.rendered(once) == once


def test_an_unknown_name_is_an_error(generate: ModuleType) -> None:
    with pytest.raises(KeyError, match="no-such"):
        generate.rendered("<!-- generated: no-such -->\n<!-- end of no-such -->")


@pytest.mark.parametrize("name", ["timings", "kinds", "kubernetes-versions", "data-files"])
def test_a_table_has_a_row_for_all_and_as_many_cells_in_each(
    generate: ModuleType, name: str
) -> None:
    head, _, *rows = generate.MAKERS[name]().splitlines()
    assert rows
    assert {row.replace("\\|", "").count("|") for row in rows} == {head.count("|")}


def test_checking_names_a_stale_page_and_leaves_it(
    generate: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generate, "ROOT", tmp_path)
    page = tmp_path / "page.md"
    page.write_text(PAGE)
    assert generate.main(True, [page]) == 1
    assert page.read_text() == PAGE
    assert generate.main(False, [page]) == 0
    assert generate.main(True, [page]) == 0
