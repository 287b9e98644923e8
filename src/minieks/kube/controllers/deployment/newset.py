"""The ReplicaSet of a Deployment's present template, before it is stored.

Source: kubernetes pkg/controller/deployment/sync.go (getNewReplicaSet).
"""

from minieks.kube.controllers import templates
from minieks.kube.controllers.deployment.bounds import bounds
from minieks.kube.controllers.deployment.sets import new_annotations, size_notes
from minieks.kube.words.objects import Obj, labels, metadata, name, namespace, owner_reference


def build(deployment: Obj, revision: int, size: int) -> Obj:
    """The ReplicaSet, named by the template's hash and the Deployment's collision count."""
    spec = deployment["spec"]
    collisions = int((deployment.get("status") or {}).get("collisionCount") or 0)
    digest = templates.template_hash(spec["template"], collisions)
    added = {templates.HASH_LABEL: digest}
    template = templates.with_labels(spec["template"], added)
    selector = spec["selector"]
    return {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "metadata": {
            "name": f"{name(deployment)}-{digest}",
            "namespace": namespace(deployment),
            "labels": dict(metadata(template)["labels"]),
            "annotations": {
                **new_annotations(deployment, {}, revision),
                **size_notes(bounds(deployment)),
            },
            "ownerReferences": [owner_reference(deployment)],
        },
        "spec": {
            "replicas": size,
            **_present(spec, "minReadySeconds"),
            "selector": {
                **selector,
                "matchLabels": {**(selector.get("matchLabels") or {}), **added},
            },
            "template": template,
        },
    }


def is_the_same(found: Obj, deployment: Obj) -> bool:
    """Whether a ReplicaSet of the wanted name is the Deployment's own, of the same template."""
    owned = any(
        reference["uid"] == metadata(deployment)["uid"] and reference.get("controller")
        for reference in metadata(found).get("ownerReferences") or ()
    )
    same = templates.same_template(found["spec"]["template"], deployment["spec"]["template"])
    return owned and same and templates.HASH_LABEL in labels(found)


def _present(spec: Obj, field: str) -> Obj:
    return {field: spec[field]} if spec.get(field) else {}
