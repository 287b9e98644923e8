"""What people do with kubectl: apply, delete, scale, roll out, set an image."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from minieks.data.nearest import did_you_mean
from minieks.engine.errors import UserError
from minieks.kube.api.errors import ApiError
from minieks.kube.kinds.registry import Kind
from minieks.kube.words import times
from minieks.kube.words.objects import Obj, name
from minieks.scenario.apply import apply
from minieks.scenario.readers.manifests import SourcedObject
from minieks.scenario.script.tables import Field, Table
from minieks.scenario.script.values import MANIFESTS, NAMED, TEXT, WHOLE, ObjectName
from minieks.scenario.simulation import Simulation

RESTARTED_AT = "kubectl.kubernetes.io/restartedAt"


def kind_of(stage: Simulation, wanted: ObjectName) -> Kind:
    """The kind of an object; UserError if the cluster does not serve it."""
    kinds = {one.kind: one for one in stage.api.kinds}
    if wanted.kind not in kinds:
        hint = did_you_mean(wanted.kind, kinds, "write the kind as manifests do")
        raise UserError(f"the cluster serves no {wanted.kind}", hint=hint)
    return kinds[wanted.kind]


def find(stage: Simulation, wanted: ObjectName) -> Obj:
    """The object as it is now; UserError if it is not there."""
    kind = kind_of(stage, wanted)
    space = wanted.namespace if kind.namespaced else ""
    found = stage.api.get(kind.collection, space, wanted.name)
    if found is not None:
        return found
    names = [name(one) for one in stage.api.list(kind.collection, space or None)]
    listed = f"there are {', '.join(names[:8])}" if names else "there are none"
    raise UserError(f"there is no {wanted} then", hint=did_you_mean(wanted.name, names, listed))


def update(stage: Simulation, obj: Obj) -> None:
    """Store an object; UserError in the API's words if it refuses."""
    try:
        stage.api.update(obj)
    except ApiError as error:
        raise UserError(error.message) from None


def with_template(obj: Obj, template: Obj) -> Obj:
    """A workload with another template for its pods."""
    return {**obj, "spec": {**obj["spec"], "template": template}}


def template_of(obj: Obj, wanted: ObjectName) -> Obj:
    """The template of a workload's pods; UserError if it is of another kind."""
    template: Obj | None = (obj.get("spec") or {}).get("template")
    if template is None or wanted.kind in ("Job", "CronJob"):
        hint = "name a Deployment, StatefulSet or DaemonSet"
        raise UserError(f"a {wanted.kind} has no pods to roll out", hint=hint)
    return template


@dataclass(frozen=True, slots=True)
class Apply:
    """Objects are applied; what the API refuses is told with its place."""

    manifests: Sequence[SourcedObject]

    def perform(self, stage: Simulation) -> str:
        """Apply them."""
        done = apply(stage.api, self.manifests)
        stage.applied.take(done)
        return f"applied {done.count} objects"


@dataclass(frozen=True, slots=True)
class Delete:
    """An object is deleted, in the background."""

    object: ObjectName

    def perform(self, stage: Simulation) -> str:
        """Delete it."""
        kind, found = kind_of(stage, self.object), find(stage, self.object)
        space = self.object.namespace if kind.namespaced else ""
        stage.api.delete(kind.collection, space, name(found), propagation="Background")
        return f"deleted {self.object}"


@dataclass(frozen=True, slots=True)
class Scale:
    """A workload's replicas are set."""

    workload: ObjectName
    replicas: int

    def perform(self, stage: Simulation) -> str:
        """Set them."""
        found = find(stage, self.workload)
        if "replicas" not in (found.get("spec") or {}):
            raise UserError(f"a {self.workload.kind} has no replicas")
        before = found["spec"]["replicas"]
        update(stage, {**found, "spec": {**found["spec"], "replicas": self.replicas}})
        return f"scaled {self.workload} from {before} to {self.replicas}"


@dataclass(frozen=True, slots=True)
class RollOut:
    """A workload's pods are replaced, as by ``kubectl rollout restart``."""

    workload: ObjectName

    def perform(self, stage: Simulation) -> str:
        """Restart it."""
        found = find(stage, self.workload)
        template = template_of(found, self.workload)
        meta: dict[str, Any] = template.get("metadata") or {}
        at = times.rfc3339(stage.engine.now())
        noted = {**(meta.get("annotations") or {}), RESTARTED_AT: at}
        update(
            stage, with_template(found, {**template, "metadata": {**meta, "annotations": noted}})
        )
        return f"restarted {self.workload}"


@dataclass(frozen=True, slots=True)
class SetImage:
    """A container of a workload gets another image."""

    workload: ObjectName
    image: str
    container: str = ""

    def perform(self, stage: Simulation) -> str:
        """Set it."""
        found = find(stage, self.workload)
        template = template_of(found, self.workload)
        containers = template["spec"]["containers"]
        named = self.container or containers[0]["name"]
        names = [one["name"] for one in containers]
        if named not in names:
            hint = did_you_mean(named, names, f"it has {', '.join(names)}")
            raise UserError(f"{self.workload} has no container {named!r}", hint=hint)
        new = [{**one, "image": self.image} if one["name"] == named else one for one in containers]
        spec = {**template["spec"], "containers": new}
        update(stage, with_template(found, {**template, "spec": spec}))
        return f"set the image of {self.workload} to {self.image}"


APPLY = Table(
    "apply",
    "Objects are applied, as with `kubectl apply`.",
    (Field("manifests", MANIFESTS, "what is applied", required=True),),
    Apply,
    'apply = "new-version.yaml"',
)
DELETE = Table(
    "delete",
    "An object is deleted, and what it owns with it.",
    (Field("object", NAMED, "which one", required=True),),
    Delete,
    'delete = "Deployment/shop/web"',
)
SCALE = Table(
    "scale",
    "The replicas of a workload are set.",
    (
        Field("workload", NAMED, "whose replicas", required=True),
        Field("replicas", WHOLE, "how many", required=True),
    ),
    Scale,
    'scale = { workload = "Deployment/shop/web", replicas = 10 }',
)
ROLL_OUT = Table(
    "roll_out",
    "The pods of a workload are replaced, as with `kubectl rollout restart`.",
    (Field("workload", NAMED, "whose pods", required=True),),
    RollOut,
    'roll_out = "Deployment/shop/web"',
)
SET_IMAGE = Table(
    "set_image",
    "A container of a workload gets another image.",
    (
        Field("workload", NAMED, "whose container", required=True),
        Field("image", TEXT, "the image", required=True),
        Field("container", TEXT, "which container; by default the first"),
    ),
    SetImage,
    'set_image = { workload = "Deployment/shop/web", image = "web:2" }',
)
