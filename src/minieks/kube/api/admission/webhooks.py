"""MutatingWebhookConfiguration and ValidatingWebhookConfiguration.

Webhooks are called while the cluster is served; else nothing comes here. Source: kubernetes
apiserver pkg/admission/plugin/webhook/{generic,mutating,validating}.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from minieks.engine import ids
from minieks.engine.store import Change
from minieks.kube.api.admission.base import Attributes, Operation, PartAdmission
from minieks.kube.api.errors import ApiError, BadRequest, InternalError
from minieks.kube.api.policies.matching import EXEMPT, as_named, matches_webhook, may_concern
from minieks.kube.api.policies.requests import AdmissionRequest, request_of
from minieks.kube.api.webhookcalls import WebhookCall, key_of
from minieks.kube.words.objects import Obj, metadata, name

if TYPE_CHECKING:
    from minieks.kube.api.policies.reviews import Review
    from minieks.kube.api.server import Api

_GROUP: Final = "admissionregistration.k8s.io"
_MUTATING: Final = f"mutatingwebhookconfigurations.{_GROUP}"
_VALIDATING: Final = f"validatingwebhookconfigurations.{_GROUP}"
_WITHOUT_EFFECTS: Final = ("None", "NoneOnDryRun")


class _Webhook(NamedTuple):
    """One webhook of a configuration."""

    configuration: Obj
    said: Obj

    @property
    def name(self) -> str:
        """The webhook's own name, as messages show it."""
        return str(self.said["name"])

    @property
    def fails(self) -> bool:
        """Whether a request fails that it cannot be asked about."""
        return bool(self.said.get("failurePolicy", "Fail") == "Fail")

    @property
    def is_reinvoked(self) -> bool:
        """Whether it sees changes of those after it once more."""
        return self.said.get("reinvocationPolicy") == "IfNeeded"


class _NoAnswer(Exception):
    """A webhook could not be asked; the message says why."""


class AdmissionWebhooks(PartAdmission):
    """Asks the webhooks: the mutating ones in the order of their names, then the validating."""

    name = "AdmissionWebhooks"

    def __init__(self, api: "Api") -> None:
        super().__init__(api)
        self._uids = api.engine.random("webhooks")
        for collection in (_MUTATING, _VALIDATING):
            api.store.subscribe(collection, self._on_change)

    def _on_change(self, change: Change) -> None:
        self.api.admission_changed()

    def concerns(self, operation: Operation, collection: str) -> bool:
        """Whether a webhook may speak of such requests, and somebody calls webhooks."""
        if self.api.webhooks.perform is None or collection in EXEMPT:
            return False
        return any(
            may_concern(webhook.said.get("rules") or (), operation, collection)
            for kind in (_MUTATING, _VALIDATING)
            for webhook in self._all(kind)
        )

    def _all(self, collection: str) -> list[_Webhook]:
        return [
            _Webhook(configuration, said)
            for configuration in sorted(self.api.list(collection), key=name)
            for said in configuration.get("webhooks") or ()
            if not any(is_here(said) for is_here in self.api.webhooks.answered_here)
        ]

    def mutate(self, obj: Obj, attributes: Attributes) -> Obj:
        """The object as the webhooks leave it; raises ApiError, or WebhookNeeded."""
        self.api.webhooks.begin()
        seen: dict[str, Obj] = {}
        obj = self._round(self._all(_MUTATING), obj, attributes, seen)
        again = [
            webhook
            for webhook in self._all(_MUTATING)
            if webhook.is_reinvoked and webhook.name in seen and seen[webhook.name] != obj
        ]
        return self._round(again, obj, attributes, {}) if again else obj

    def _round(
        self, webhooks: list[_Webhook], obj: Obj, attributes: Attributes, seen: dict[str, Obj]
    ) -> Obj:
        from minieks.kube.api.policies.reviews import patched  # noqa: PLC0415

        for webhook in webhooks:
            asked = request_of(obj, attributes)
            for request, review in self._reviews(webhook, asked, mutates=True):
                attributes.warnings.extend(review.warnings)
                if review.patch is not None and request.new is not None:
                    found = attributes.defaulted(patched(request.new, review.patch))
                    obj = request.as_requested(found)
                seen[webhook.name] = obj
        return obj

    def validate(self, obj: Obj, attributes: Attributes) -> None:
        """Raises ApiError if a webhook denies the request, or WebhookNeeded."""
        if attributes.operation == "DELETE":
            self.api.webhooks.begin()
            for webhook in self._all(_MUTATING):
                for _ in self._reviews(webhook, request_of(obj, attributes), mutates=True):
                    pass
        for webhook in self._all(_VALIDATING):
            asked = request_of(obj, attributes)
            for _, review in self._reviews(webhook, asked, mutates=False):
                attributes.warnings.extend(review.warnings)
        kind = self.api.kinds.of_collection(attributes.collection)
        if kind.custom and attributes.part is None and attributes.operation != "DELETE":
            # Storing it may need a webhook too: its answer is waited for while these are kept.
            self.api.custom.stored(kind, obj)
        self.api.webhooks.decided()

    def _reviews(
        self, webhook: _Webhook, request: AdmissionRequest, *, mutates: bool
    ) -> "Iterator[tuple[AdmissionRequest, Review]]":
        """What a webhook is told and says: nothing if it is not asked, or may be left out."""
        if not matches_webhook(webhook.said, request):
            return
        request = as_named(webhook.said.get("rules"), request)
        if not self._meets(webhook, request):
            return
        if request.attributes.dry_run and webhook.said.get("sideEffects") not in _WITHOUT_EFFECTS:
            raise self._decided(
                BadRequest(f'admission webhook "{webhook.name}" does not support dry run')
            )
        yield from self._asked(webhook, request, mutates=mutates)

    def _meets(self, webhook: _Webhook, request: AdmissionRequest) -> bool:
        conditions = webhook.said.get("matchConditions") or ()
        if not conditions:
            return True
        from minieks.kube.api.policies.conditions import outcome  # noqa: PLC0415
        from minieks.kube.api.policies.expressions import seen_by  # noqa: PLC0415

        met = outcome(conditions, seen_by(request, self.api.may))
        if met.error and webhook.fails:
            raise self._decided(request.attributes.forbidden(met.error))
        return met.holds

    def _asked(
        self, webhook: _Webhook, request: AdmissionRequest, *, mutates: bool
    ) -> "Iterator[tuple[AdmissionRequest, Review]]":
        try:
            review = self._answer(webhook, request, mutates=mutates)
        except _NoAnswer as error:
            if webhook.fails:
                text = f'failed calling webhook "{webhook.name}": {error}'
                raise self._decided(InternalError(text)) from None
            return
        if not review.allowed:
            from minieks.kube.api.policies.reviews import denied  # noqa: PLC0415

            raise self._decided(denied(webhook.name, review.status))
        yield request, review

    def _answer(self, webhook: _Webhook, request: AdmissionRequest, *, mutates: bool) -> "Review":
        from minieks.kube.api.policies.reviews import (  # noqa: PLC0415
            WrongReview,
            refusal_text,
            understood,
        )

        call, shown = self._call(webhook, request)
        answer, asked = self.api.webhooks.ask(call)
        if answer.failure:
            raise _NoAnswer(f'failed to call webhook: Post "{shown}": {answer.failure}')
        if answer.status != 200:
            told = refusal_text(answer.status, answer.refusal)
            raise _NoAnswer(f"failed to call webhook: {told}")
        try:
            return understood(answer.body, asked, mutates=mutates)
        except WrongReview as error:
            raise _NoAnswer(f"received invalid webhook response: {error}") from None

    def _call(self, webhook: _Webhook, request: AdmissionRequest) -> tuple[WebhookCall, str]:
        from minieks.kube.api.policies.reviews import review_of  # noqa: PLC0415
        from minieks.kube.api.policies.services import target_of  # noqa: PLC0415

        target = target_of(self.api, webhook.said)
        review = review_of(webhook.said, request, ids.uid(self._uids))
        version = metadata(webhook.configuration)["resourceVersion"]
        place = f"{name(webhook.configuration)}/{webhook.name}"
        call = WebhookCall(
            key=key_of(place, version, review),
            webhook=webhook.name,
            url=target.url,
            ca_bundle=(webhook.said.get("clientConfig") or {}).get("caBundle") or "",
            timeout_seconds=webhook.said.get("timeoutSeconds", 10),
            review=review,
            server_name=target.server_name,
            failure=target.failure,
        )
        return call, target.shown

    def _decided(self, error: ApiError) -> ApiError:
        """The refusal, after which no answer is needed any more."""
        self.api.webhooks.decided()
        return error
