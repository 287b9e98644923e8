"""The status of a CustomResourceDefinition whose names nobody else has.

Source: kubernetes apiextensions-apiserver pkg/controller/{status,establish}.
"""

from typing import Any

from minieks.kube.words.objects import Obj


def established(definition: Obj, now: str) -> Obj:
    """The definition with the status that the API server gives it once its names are accepted.

    ``now`` is an RFC 3339 time. The definition need not be valid yet.
    """
    spec = definition.get("spec") or {}
    versions = spec.get("versions") or ()
    stored = [version.get("name", "") for version in versions if version.get("storage")]
    conditions = [
        {
            "type": "NamesAccepted",
            "status": "True",
            "lastTransitionTime": now,
            "reason": "NoConflicts",
            "message": "no conflicts found",
        },
        {
            "type": "Established",
            "status": "True",
            "lastTransitionTime": now,
            "reason": "InitialNamesAccepted",
            "message": "the initial names have been accepted",
        },
    ]
    status: dict[str, Any] = {
        "conditions": conditions,
        "acceptedNames": spec.get("names") or {},
        "storedVersions": stored,
    }
    return {**definition, "status": status}
