from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minieks.kube.api.errors import ApiError
from minieks.kube.api.patching import strategic
from minieks.kube.api.patching.structs import Struct, Structs
from minieks.kube.api.schema import SchemaSet

STRUCTS = Structs(SchemaSet.for_version("1.34"))


def struct(api_version: str, kind: str) -> Struct:
    found = STRUCTS.of(api_version, kind)
    assert found is not None
    return found


POD = struct("v1", "Pod")


def pod(**spec: Any) -> dict[str, Any]:
    return {"spec": spec}


def patched(original: dict[str, Any], **patch: Any) -> Any:
    return strategic.apply(pod(**original), pod(**patch), POD)["spec"]


A, B, C = {"name": "a", "image": "x"}, {"name": "b", "image": "y"}, {"name": "c", "image": "z"}


# Design document "Strategic Merge Patch" of sig-api-machinery; the order of lists is that of
# strategicpatch.normalizeElementOrder.
@pytest.mark.parametrize(
    ("original", "patch", "result"),
    [
        pytest.param(
            {"containers": [A, B]},
            {"containers": [{"name": "b", "image": "n"}]},
            {"containers": [A, {"name": "b", "image": "n"}]},
            id="an-item-is-merged-by-its-key",
        ),
        pytest.param(
            {"containers": [A, B]},
            {"containers": [C]},
            {"containers": [C, A, B]},
            id="a-new-item-stands-before-those-of-the-server",
        ),
        pytest.param(
            {"containers": [A, B]},
            {"containers": [{"name": "a", "$patch": "delete"}]},
            {"containers": [B]},
            id="an-item-is-deleted",
        ),
        pytest.param(
            {"containers": [A, B]},
            {"containers": [{"$patch": "replace"}, C]},
            {"containers": [C]},
            id="a-list-is-replaced",
        ),
        pytest.param(
            {"containers": [A, B, C]},
            {"$setElementOrder/containers": [{"name": "c"}, {"name": "a"}]},
            {"containers": [B, C, A]},
            id="an-order-is-set-and-others-keep-their-neighbours",
        ),
        pytest.param(
            {"nodeSelector": {"a": "1", "b": "2"}},
            {"nodeSelector": {"$patch": "replace", "c": "3"}},
            {"nodeSelector": {"c": "3"}},
            id="a-map-is-replaced",
        ),
        pytest.param(
            {"nodeSelector": {"a": "1"}},
            {"nodeSelector": {"$patch": "delete"}},
            {"nodeSelector": {}},
            id="a-map-is-emptied",
        ),
        pytest.param(
            {"tolerations": [{"key": "a"}]},
            {"tolerations": [{"key": "b"}]},
            {"tolerations": [{"key": "b"}]},
            id="a-list-without-a-strategy-is-replaced",
        ),
        pytest.param(
            {"volumes": [{"name": "v", "emptyDir": {}}]},
            {"volumes": [{"name": "v", "$retainKeys": ["name", "secret"], "secret": {}}]},
            {"volumes": [{"name": "v", "secret": {}}]},
            id="only-the-keys-that-are-retained-stay",
        ),
        pytest.param(
            {"hostname": "h", "dnsPolicy": "Default"},
            {"hostname": None},
            {"dnsPolicy": "Default"},
            id="null-removes",
        ),
        pytest.param(
            {},
            {"containers": [{"name": "a", "env": None}, {"name": "b", "$patch": "delete"}]},
            {"containers": [{"name": "a"}]},
            id="what-is-added-has-no-directives-and-nulls",
        ),
        pytest.param(
            {"containers": [A]},
            {"containers": [{"name": "b", "$patch": "delete"}]},
            {"containers": [A]},
            id="deleting-what-is-not-there-does-nothing",
        ),
    ],
)
def test_a_patch_changes_a_pod(
    original: dict[str, Any], patch: dict[str, Any], result: dict[str, Any]
) -> None:
    before = deepcopy((original, patch))
    assert patched(original, **patch) == result
    assert (original, patch) == before


# ObjectMeta.finalizers is merged and has no key.
@pytest.mark.parametrize(
    ("patch", "result"),
    [
        ({"finalizers": ["c"]}, ["c", "a", "b"]),
        ({"$deleteFromPrimitiveList/finalizers": ["a"]}, ["b"]),
        ({"$setElementOrder/finalizers": ["b", "a"]}, ["b", "a"]),
        ({"$setElementOrder/finalizers": ["c", "b", "a"], "finalizers": ["c"]}, ["c", "b", "a"]),
    ],
)
def test_a_list_of_scalars_is_merged(patch: dict[str, Any], result: list[str]) -> None:
    original = {"metadata": {"finalizers": ["a", "b"]}}
    assert strategic.apply(original, {"metadata": patch}, POD)["metadata"]["finalizers"] == result


def test_a_strategy_of_replace_replaces_a_struct() -> None:
    budget = struct("policy/v1", "PodDisruptionBudget")
    selector = {"selector": {"matchLabels": {"a": "1"}}}
    other = {"selector": {"matchLabels": {"b": "1"}}}
    assert strategic.apply({"spec": selector}, {"spec": other}, budget) == {"spec": other}


@pytest.mark.parametrize(
    ("patch", "code", "text"),
    [
        pytest.param(
            {"containers": [{"image": "x"}]},
            500,
            "map: map[image:x] does not contain declared merge key: name",
            id="no-key",
        ),
        pytest.param(
            {"containers": [{"name": "a", "$patch": "frob"}]},
            500,
            "unknown patch type: frob in map: map[$patch:frob name:a]",
            id="unknown-directive",
        ),
        pytest.param(
            {"containers": [{"name": "a", "$patch": "merge"}]},
            500,
            "merging lists cannot yet be specified in the patch",
            id="merge-in-a-list",
        ),
        pytest.param(
            {"$setElementOrder/containers": [{"name": "b"}], "containers": [{"name": "a"}]},
            500,
            "The order in patch list:\n[map[name:a]]\n doesn't match $setElementOrder list:\n"
            "[map[name:b]]\n",
            id="not-in-the-order",
        ),
        pytest.param(
            {"volumes": [{"name": "v", "$retainKeys": ["name"], "secret": {}}]},
            400,
            "invalid patch format of retainKeys",
            id="not-retained",
        ),
        pytest.param({"containers": [[A]]}, 500, "lists of lists are not supported", id="nested"),
        pytest.param(
            {"containers": [A, "b"]}, 500, "list element types are not identical", id="mixed"
        ),
    ],
)
def test_a_wrong_directive_is_refused(patch: dict[str, Any], code: int, text: str) -> None:
    original = {"containers": [A], "volumes": [{"name": "v", "emptyDir": {}}]}
    with pytest.raises(ApiError) as refusal:
        patched(original, **patch)
    assert (refusal.value.code, refusal.value.message) == (code, text)


def test_structs_in_a_map_cannot_be_merged() -> None:
    definition = struct("apiextensions.k8s.io/v1", "CustomResourceDefinition")
    schema = {"openAPIV3Schema": {"properties": {"spec": {"type": "object"}}}}
    document = {"spec": {"versions": [{"name": "v1", "schema": schema}]}}
    version = {"properties": {"spec": {"type": "string"}}}
    field = definition.field("spec")
    assert field is not None
    versions = field.struct.field("versions")
    assert versions is not None
    with pytest.raises(ApiError, match="data type is not struct, instead is: map"):
        strategic.apply(schema, {"openAPIV3Schema": version}, _schema_of(versions.struct))
    assert strategic.apply(document, {"spec": {"versions": []}}, definition) == {
        "spec": {"versions": []}
    }


def _schema_of(version: Struct) -> Struct:
    found = version.field("schema")
    assert found is not None
    return found.struct


# Laws

NAMES = st.sampled_from("abcdef")
CONTAINERS = st.lists(
    st.fixed_dictionaries(
        {"name": NAMES},
        optional={"image": st.sampled_from(["x", "y"]), "args": st.lists(NAMES, max_size=2)},
    ),
    max_size=4,
    unique_by=lambda container: container["name"],
)
SPECS = st.fixed_dictionaries(
    {},
    optional={
        "containers": CONTAINERS,
        "nodeSelector": st.dictionaries(NAMES, NAMES, max_size=3),
        "tolerations": st.lists(st.fixed_dictionaries({"key": NAMES}), max_size=2),
        "hostname": NAMES,
    },
)


def difference(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """A patch between two specs, made as kubectl makes it: with the order of lists."""
    patch: dict[str, Any] = {key: None for key in old if key not in new}
    for key, value in new.items():
        if key == "containers" and key in old:
            patch[f"$setElementOrder/{key}"] = [{"name": item["name"]} for item in value]
            patch[key] = _items(old[key], value)
        elif key == "nodeSelector" and key in old:
            gone = {name: None for name in old[key] if name not in value}
            patch[key] = {**gone, **value}
        else:
            patch[key] = value
    return patch


def _items(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[dict[str, Any]]:
    before = {item["name"]: item for item in old}
    names = {item["name"] for item in new}
    changed = [
        {**{key: None for key in before.get(item["name"], {}) if key not in item}, **item}
        for item in new
    ]
    gone = [{"name": name, "$patch": "delete"} for name in before if name not in names]
    return changed + gone


@given(SPECS, SPECS)
def test_the_patch_of_a_difference_gives_the_target(
    old: dict[str, Any], new: dict[str, Any]
) -> None:
    assert patched(old, **difference(old, new)) == new


@given(SPECS, SPECS)
def test_a_patch_applied_twice_does_no_more_than_once(
    document: dict[str, Any], patch: dict[str, Any]
) -> None:
    once = patched(document, **patch)
    assert patched(once, **patch) == once
