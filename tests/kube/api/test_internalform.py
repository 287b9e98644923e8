"""Values as the API server shows its internal structs."""

import json
from typing import Any

import pytest

from minieks.data import protobuf
from minieks.data.internal_types import structs
from minieks.kube.api.internalform import difference, internal_form

# Fields of the API that the internal structs have elsewhere, or not at all.
_MOVED = {"hostnetwork", "hostpid", "hostipc", "shareprocessnamespace", "hostusers"}
_GONE = {"serviceaccount"}
_OWN_NAMES = {"SecurityProfile", "OptionalReference", "KeySelector", "KeysProjection"}
_SHARED = {
    "SeccompProfile": "SecurityProfile",
    "AppArmorProfile": "SecurityProfile",
    "ConfigMapEnvSource": "OptionalReference",
    "SecretEnvSource": "OptionalReference",
    "ConfigMapKeySelector": "KeySelector",
    "SecretKeySelector": "KeySelector",
    "SecretProjection": "KeysProjection",
    "ConfigMapProjection": "KeysProjection",
    "PodAntiAffinity": "PodAffinity",
}


def _fields_of_api(message: str) -> set[str]:
    found: set[str] = set()
    for field in protobuf.messages()[message].values():
        if field.how == "inline":
            found |= _fields_of_api(field.type)
        else:
            found.add(field.name.lower())
    return found


def _fields_here(struct: str) -> set[str]:
    found: set[str] = set()
    for field in structs()[struct]:
        if field.how == "inline":
            found |= {"metadata"} if field.type == "metadata" else _fields_here(field.type)
        else:
            found.add(field.json)
    return found


def _pairs() -> list[tuple[str, str]]:
    own = {name: name for name in structs() if name not in _OWN_NAMES}
    return [
        (f"core.v1.{message}", struct)
        for message, struct in {**own, **_SHARED}.items()
        if f"core.v1.{message}" in protobuf.messages()
    ]


@pytest.mark.parametrize(("message", "struct"), _pairs())
def test_no_field_of_the_api_is_left_out(message: str, struct: str) -> None:
    assert _fields_of_api(message) - _fields_here(struct) <= _MOVED | _GONE


def test_each_field_holds_something_that_is_known() -> None:
    known = {*structs(), "string", "bool", "int", "quantity", "intstr", "map", "json", "metadata"}
    assert {field.type for fields in structs().values() for field in fields} <= known


CASES: list[tuple[str, str, Any, Any]] = [
    ("what is absent is zero or null", "KeyToPath", {}, {"Key": "", "Path": "", "Mode": None}),
    ("zero is not null", "KeyToPath", {"mode": 0}, {"Key": "", "Path": "", "Mode": 0}),
    (
        "a struct is never absent",
        "PreferredSchedulingTerm",
        {"weight": 1},
        {"Weight": 1, "Preference": {"MatchExpressions": None, "MatchFields": None}},
    ),
    (
        "maps are sorted, an empty list stays",
        "ResourceRequirements",
        {"requests": {"memory": "1Gi", "cpu": "1"}, "claims": []},
        {"Limits": None, "Requests": {"cpu": "1", "memory": "1Gi"}, "Claims": []},
    ),
    ("a name of its own", "EmptyDirVolumeSource", {}, {"Medium": "", "SizeLimit": None}),
]


@pytest.mark.parametrize(
    ("struct", "value", "wanted"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_a_struct_is_shown_whole(struct: str, value: Any, wanted: Any) -> None:
    assert json.dumps(internal_form(struct, value)) == json.dumps(wanted)


def test_a_template_shows_its_metadata_as_the_api_does() -> None:
    template = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": []}}
    assert list(internal_form("PodTemplateSpec", template)) == ["labels", "Spec"]


def test_the_namespaces_of_the_host_are_in_the_security_context() -> None:
    shown = internal_form("PodSpec", {"hostNetwork": True, "securityContext": {"runAsUser": 1}})
    assert (shown["SecurityContext"]["HostNetwork"], shown["SecurityContext"]["RunAsUser"]) == (
        True,
        1,
    )


def test_a_name_in_json_that_is_another_one() -> None:
    shown = internal_form("GlusterfsVolumeSource", {"endpoints": "e", "path": "p"})
    assert shown == {"EndpointsName": "e", "Path": "p", "ReadOnly": False}


def test_a_difference_has_three_lines_around_it() -> None:
    before = {"name": "a", "image": "x"}
    assert difference("Container", before, {**before, "image": "y"}) == (
        '@@ -1,6 +1,6 @@\n {\n  "Name": "a",\n- "Image": "x",\n+ "Image": "y",\n'
        '  "Command": null,\n  "Args": null,\n  "WorkingDir": "",\n'
    )


def test_equal_values_have_no_difference() -> None:
    assert difference("Container", {"name": "a"}, {"name": "a"}) == ""
