"""When an image is pulled if nobody says so."""


def pull_policy(image: str) -> str:
    """Always for the tag ``latest`` or none (and no digest), else IfNotPresent.

    Source: kubernetes pkg/apis/core/v1/defaults.go SetDefaults_Container.
    """
    without_digest, _, digest = image.partition("@")
    tag = without_digest.rpartition("/")[2].partition(":")[2]
    if digest and not tag:
        return "IfNotPresent"
    return "Always" if tag in ("", "latest") else "IfNotPresent"
