"""The shop is a real application: what it sends, a real cluster would take."""

from pathlib import Path

import kubernetes_validate
import pytest
import yaml

SHOP = Path(__file__).resolve().parents[2] / "examples" / "shop"
MANIFESTS = sorted((SHOP / "manifests").glob("*.yaml"))


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
def test_every_object_fits_the_schema_of_the_clusters_version(path: Path) -> None:
    version = yaml.safe_load((SHOP / "cluster.yaml").read_text())["metadata"]["version"]
    documents = list(yaml.safe_load_all(path.read_text()))
    assert documents
    for document in documents:
        kubernetes_validate.validate(document, version, strict=True)


def test_the_readme_names_every_file() -> None:
    text = (SHOP / "README.md").read_text()
    files = [SHOP / "cluster.yaml", *MANIFESTS]
    assert [p.name for p in files if f"`{p.relative_to(SHOP)}`" not in text] == []
