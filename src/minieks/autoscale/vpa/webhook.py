"""VPA's admission controller: pods get their requests as they are created.

It is asked while its configuration is there and its pod runs; else pods come as they are (its
failurePolicy is Ignore).
Source: kubernetes/autoscaler vertical-pod-autoscaler pkg/admission-controller.
"""

from collections.abc import Iterator, Sequence

from minieks.autoscale import programs
from minieks.autoscale.vpa.applying import updated
from minieks.autoscale.vpa.limitranges import bounds_of
from minieks.autoscale.vpa.objects import COLLECTION, controlling, policies_of, recommendation_of
from minieks.autoscale.vpa.policies import ContainerPolicy
from minieks.autoscale.vpa.registration import IMAGES, WEBHOOK, is_asked
from minieks.kube.api.admission import Attributes, Operation
from minieks.kube.api.policies.reviews import denied
from minieks.kube.words.objects import Obj, name


class VpaWebhook:
    """Sets the resources of new pods, and refuses VerticalPodAutoscalers that make no sense."""

    name = WEBHOOK

    def concerns(self, operation: Operation, collection: str) -> bool:
        """New pods, and VerticalPodAutoscalers."""
        if collection == COLLECTION:
            return operation in ("CREATE", "UPDATE")
        return operation == "CREATE" and collection == "pods"

    def mutate(self, obj: Obj, attributes: Attributes) -> Obj:
        """The pod as its VerticalPodAutoscaler wants it; anything else as it is."""
        api = attributes.api
        if not attributes.is_create("pods") or not programs.is_ready(api, IMAGES):
            return obj
        vpa = controlling(api, obj)
        if vpa is None or not is_asked(obj, attributes):
            return obj
        bounds = bounds_of(api.list("limitranges", attributes.namespace))
        return updated(obj, name(vpa), recommendation_of(vpa), policies_of(vpa), bounds)

    def validate(self, obj: Obj, attributes: Attributes) -> None:
        """Raises ApiError in the admission controller's words."""
        if attributes.collection != COLLECTION or not programs.is_ready(attributes.api, IMAGES):
            return
        problem = next(problems(obj), "")
        if problem and is_asked(obj, attributes):
            raise denied(self.name, {"code": 400, "reason": "BadRequest", "message": problem})


def problems(vpa: Obj) -> Iterator[str]:
    """What is wrong with an object though its schema allows it."""
    minimum = (vpa["spec"].get("updatePolicy") or {}).get("minReplicas")
    if minimum is not None and minimum <= 0:
        yield f"minReplicas has to be positive, got {minimum}"
    if len(vpa["spec"].get("recommenders") or ()) > 1:
        yield "The current version of VPA object shouldn't specify more than one recommenders."
    stated = (vpa["spec"].get("resourcePolicy") or {}).get("containerPolicies") or ()
    yield from _of_policies(stated, policies_of(vpa))


def _of_policies(stated: Sequence[Obj], policies: Sequence[ContainerPolicy]) -> Iterator[str]:
    for one, policy in zip(stated, policies, strict=False):
        if not policy.container:
            yield "containerPolicies.ContainerName is required"
        for resource, least in policy.min_allowed.items():
            if policy.max_allowed.get(resource, least) < least:
                yield f"max resource for {resource} is lower than min"
        if policy.is_off and one.get("controlledValues"):
            yield "controlledValues shouldn't be specified if container scaling mode is off."
