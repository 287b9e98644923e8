"""What the Deployment controller writes: sizes of ReplicaSets, and the Deployment's own status.

Source: kubernetes pkg/controller/deployment/sync.go.
"""

from minieks.kube.api.server import Api
from minieks.kube.controllers.deployment import sets
from minieks.kube.controllers.deployment.bounds import bounds
from minieks.kube.words.objects import Obj, annotations, name, with_metadata

COMPONENT = "deployment-controller"


class Writer:
    """Carries decisions about one Deployment to the API.

    ``deployment`` is the Deployment as last written, ``scaled`` whether a ReplicaSet was changed.
    """

    def __init__(self, api: Api, deployment: Obj) -> None:
        self.api = api
        self.deployment = deployment
        self.scaled = False

    def event(self, type_: str, reason: str, message: str) -> None:
        """Tell of the Deployment."""
        self.api.record_event(self.deployment, type_, reason, message, component=COMPONENT)

    def status(self, status: Obj, revision: int | None = None) -> None:
        """Write the status, and with it the revision annotation if one is given."""
        renumbered = revision is not None and sets.revision(self.deployment) != revision
        if not renumbered and status == self.deployment.get("status"):
            return
        wanted = {**self.deployment, "status": status}
        if renumbered:
            noted = {**annotations(self.deployment), sets.REVISION: str(revision)}
            wanted = with_metadata(wanted, annotations=noted)
        self.deployment = self.api.update_status(wanted)

    def scale(self, replica_set: Obj, size: int) -> Obj:
        """Give a ReplicaSet its size and the notes of the Deployment's size; tell of a change."""
        before = sets.replicas(replica_set)
        notes = sets.size_notes(bounds(self.deployment))
        noted = {**annotations(replica_set), **notes}
        if before == size and noted == annotations(replica_set):
            return replica_set
        self.scaled = True
        spec = {**replica_set["spec"], "replicas": size}
        written = self.api.update({**with_metadata(replica_set, annotations=noted), "spec": spec})
        if before != size:
            way = "up" if size > before else "down"
            text = f"Scaled {way} replica set {name(replica_set)} from {before} to {size}"
            self.event("Normal", "ScalingReplicaSet", text)
        return written
