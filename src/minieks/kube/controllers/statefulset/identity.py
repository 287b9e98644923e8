"""The names, labels and volumes by which a StatefulSet's pod is itself.

Source: kubernetes pkg/controller/statefulset/stateful_set_utils.go.
"""

import re
from typing import Final

from minieks.kube.controllers import templates
from minieks.kube.words.objects import Obj, labels, metadata, name, namespace

POD_NAME: Final = "statefulset.kubernetes.io/pod-name"
POD_INDEX: Final = "apps.kubernetes.io/pod-index"
_NUMBERED: Final = re.compile(r"(.*)-([0-9]+)")


def ordinal(pod: Obj, stateful_set: Obj) -> int | None:
    """The pod's number, if its name is one of this StatefulSet's."""
    found = _NUMBERED.fullmatch(name(pod))
    if found is None or found[1] != name(stateful_set):
        return None
    return int(found[2])


def first_ordinal(stateful_set: Obj) -> int:
    """The lowest number: spec.ordinals.start."""
    return int((stateful_set["spec"].get("ordinals") or {}).get("start") or 0)


def revision_of(pod: Obj) -> str:
    """The name of the pod's revision."""
    return labels(pod).get(templates.REVISION_LABEL, "")


def build(stateful_set: Obj, template: Obj, revision: str, number: int) -> Obj:
    """The pod with this number, of a template and its revision's name."""
    pod_name = f"{name(stateful_set)}-{number}"
    labelled = templates.with_labels(
        template,
        {
            POD_NAME: pod_name,
            POD_INDEX: str(number),
            templates.REVISION_LABEL: revision,
        },
    )
    pod = templates.pod_from(
        labelled, stateful_set, name=pod_name, generateName=f"{pod_name[: -len(str(number))]}"
    )
    spec = {**pod["spec"], "hostname": pod_name}
    if stateful_set["spec"].get("serviceName"):
        spec["subdomain"] = stateful_set["spec"]["serviceName"]
    volumes = _volumes(stateful_set, spec, number)
    return {**pod, "spec": {**spec, "volumes": volumes} if volumes else spec}


def _volumes(stateful_set: Obj, spec: Obj, number: int) -> list[Obj]:
    """The template's volumes, those of claims first and in place of any of the same name."""
    claimed = [
        {
            "name": name(template),
            "persistentVolumeClaim": {"claimName": claim_name(stateful_set, template, number)},
        }
        for template in claim_templates(stateful_set)
    ]
    names = {volume["name"] for volume in claimed}
    return claimed + [one for one in spec.get("volumes") or () if one["name"] not in names]


def claim_templates(stateful_set: Obj) -> list[Obj]:
    """The volumeClaimTemplates."""
    return list(stateful_set["spec"].get("volumeClaimTemplates") or ())


def claim_name(stateful_set: Obj, template: Obj, number: int) -> str:
    """The name of the claim of a template for the pod with this number."""
    return f"{name(template)}-{name(stateful_set)}-{number}"


def claim(stateful_set: Obj, template: Obj, number: int) -> Obj:
    """The claim of a template for the pod with this number."""
    selected = stateful_set["spec"]["selector"].get("matchLabels") or {}
    meta: Obj = {
        "name": claim_name(stateful_set, template, number),
        "namespace": namespace(stateful_set),
        "labels": {**labels(template), **selected},
    }
    if metadata(template).get("annotations"):
        meta["annotations"] = metadata(template)["annotations"]
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": meta,
        "spec": template["spec"],
    }
