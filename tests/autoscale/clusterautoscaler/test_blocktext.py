"""The text of the status ConfigMap is the one that the YAML library would write."""

import yaml
from hypothesis import given
from hypothesis import strategies as st

from minieks.autoscale.clusterautoscaler.blocktext import block_text

_words = st.text(max_size=45) | st.sampled_from(
    ["yes", "2026-11-23T00:00:00Z", "2026-11-23 00:00:00.5 +0000 UTC", "a: b", "- c", "", "7", "#"]
)
_keys = st.sampled_from(["name", "health", "nodeGroups", "status", "time"])
_documents = st.recursive(
    st.dictionaries(_keys, _words | st.integers(0, 500), max_size=4),
    lambda inner: st.dictionaries(_keys, inner | st.lists(inner, max_size=3), max_size=4),
    max_leaves=6,
)


@given(_documents)
def test_the_text_is_that_of_the_library(document: dict[str, object]) -> None:
    assert block_text(document) == yaml.dump(document, Dumper=yaml.CSafeDumper, sort_keys=False)
