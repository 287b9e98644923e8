"""The objects of one definition in each of its versions, by their apiVersion or by a webhook.

    converted(obj, version)      any object
    shown(objects, version)      stored ones, many with one call

A webhook's call that is needed raises WebhookNeeded, as in admission: the request is run again when
the answer is there. While nobody performs calls, the apiVersion alone is changed.
Source: kubernetes apiextensions-apiserver pkg/apiserver/conversion/{converter,nop_converter,
webhook_converter}.go.
"""

from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

import orjson

from minieks.engine import ids
from minieks.kube.api.conversion.reviews import WrongConversion, answered, restored, review_of
from minieks.kube.api.errors import ApiError
from minieks.kube.api.memo import IdentityMemo
from minieks.kube.api.webhookcalls import WebhookAnswer, WebhookCall, key_of
from minieks.kube.words.objects import Obj, metadata, name

if TYPE_CHECKING:
    from minieks.kube.api.server import Api

_SECONDS: Final = 30
"""What a conversion may take (apiserver pkg/util/webhook/client.go)."""
_SHOWN: Final = 1 << 15
"""Stored objects of which the other versions are remembered."""
_CONVERTED: Final = 4096
"""Conversions that are remembered by what was converted."""
# What of metadata a webhook may change.
_CHANGED: Final = ("labels", "annotations")
# What of metadata a webhook may look at; the rest is given back to the object anyway.
_TOLD: Final = ("name", "namespace", "uid", *_CHANGED)


class Converter:
    """Converts what one definition defines; ``settle`` makes an answer fit its version's schema."""

    def __init__(self, api: "Api", definition: Obj, settle: Callable[[Obj], Obj]) -> None:
        conversion = definition["spec"].get("conversion") or {}
        self._api = api
        self._definition = definition
        self._webhook = (
            conversion.get("webhook") if conversion.get("strategy") == "Webhook" else None
        )
        self._settle = settle
        self._shown: IdentityMemo[dict[str, Obj]] = IdentityMemo(_SHOWN)
        self._converted: dict[bytes, Obj] = {}

    def converted(self, obj: Obj, api_version: str) -> Obj:
        """An object in a version; the very object if it is in it. Raises ApiError."""
        if obj["apiVersion"] == api_version:
            return obj
        return self._all([obj], api_version)[0]

    def shown(self, objects: Sequence[Obj], api_version: str) -> list[Obj]:
        """Stored objects in a version, each converted once; raises ApiError."""
        known = [self._known(obj, api_version) for obj in objects]
        missing = [obj for obj, found in zip(objects, known, strict=True) if found is None]
        if not missing:
            return [found for found in known if found is not None]
        made = iter(self._all(missing, api_version))
        return [
            self._remembered(obj, api_version, next(made)) if found is None else found
            for obj, found in zip(objects, known, strict=True)
        ]

    def _known(self, obj: Obj, api_version: str) -> Obj | None:
        if obj["apiVersion"] == api_version:
            return obj
        return (self._shown.get(obj) or {}).get(api_version)

    def _remembered(self, obj: Obj, api_version: str, shown: Obj) -> Obj:
        versions = self._shown.get(obj)
        if versions is None:
            versions = self._shown.put(obj, {})
        versions[api_version] = shown
        return shown

    def _all(self, objects: Sequence[Obj], api_version: str) -> list[Obj]:
        """Objects of other versions in this one."""
        if self._webhook is None or self._api.webhooks.perform is None:
            return [{**obj, "apiVersion": api_version} for obj in objects]
        digests = [_digest(obj, api_version) for obj in objects]
        missing = {
            digest: obj
            for digest, obj in zip(digests, objects, strict=True)
            if digest not in self._converted
        }
        made = self._asked(self._webhook, missing, api_version) if missing else {}
        found = [made.get(one) or self._converted[one] for one in digests]
        self._keep(made)
        return [_of(obj, one) for obj, one in zip(objects, found, strict=True)]

    def _keep(self, made: dict[bytes, Obj]) -> None:
        """Remember as many as are converted for single requests; lists remember their own."""
        if len(made) > _CONVERTED // 2:
            return
        if len(self._converted) + len(made) > _CONVERTED:
            for old in list(self._converted)[: _CONVERTED // 2]:
                del self._converted[old]
        self._converted |= made

    def _asked(self, webhook: Obj, objects: dict[bytes, Obj], api_version: str) -> dict[bytes, Obj]:
        """What the webhook makes of objects, by their digests; raises ApiError, WebhookNeeded."""
        first = next(iter(objects.values()))
        about = f"conversion webhook for {first['apiVersion']}, Kind={first['kind']}"
        try:
            made = self._answer(
                webhook, [_without_revision(o) for o in objects.values()], api_version
            )
        except WrongConversion as error:
            raise ApiError(500, "", f"{about} {error}") from None
        return {digest: self._settle(obj) for digest, obj in zip(objects, made, strict=True)}

    def _answer(self, webhook: Obj, objects: list[Obj], api_version: str) -> list[Obj]:
        call, shown = self._call(webhook, objects, api_version)
        answer, asked = self._api.webhooks.ask(call)
        self._api.webhooks.forget(call)
        try:
            made = answered(_body(answer, shown), asked)
        except WrongConversion as error:
            raise WrongConversion(f"failed: {error}") from None
        if len(made) != len(objects):
            raise WrongConversion(f"returned {len(made)} objects, expected {len(objects)}")
        alone = len(objects) == 1
        return [
            restored(obj, one, api_version, None if alone else index)
            for index, (obj, one) in enumerate(zip(objects, made, strict=True))
        ]

    def _call(self, webhook: Obj, objects: list[Obj], api_version: str) -> tuple[WebhookCall, str]:
        from minieks.kube.api.policies.services import target_of  # noqa: PLC0415

        uid = ids.uid(self._api.engine.random("webhooks"))
        review = review_of(webhook.get("conversionReviewVersions") or (), objects, api_version, uid)
        config = webhook.get("clientConfig") or {}
        target = target_of(self._api, {"clientConfig": config, "timeoutSeconds": _SECONDS})
        named = f"conversion_webhook_for_{name(self._definition)}"
        call = WebhookCall(
            key=key_of(named, str(metadata(self._definition).get("generation")), review),
            webhook=named,
            url=target.url,
            ca_bundle=config.get("caBundle") or "",
            timeout_seconds=_SECONDS,
            review=review,
            server_name=target.server_name,
            failure=target.failure,
        )
        return call, target.shown


def _body(answer: WebhookAnswer, shown: str) -> Any:
    """What was answered at the URL ``shown``; raises WrongConversion if nothing was."""
    from minieks.kube.api.policies.reviews import refusal_text  # noqa: PLC0415

    if answer.failure:
        raise WrongConversion(f'Post "{shown}": {answer.failure}')
    if answer.status != 200:
        raise WrongConversion(refusal_text(answer.status, answer.refusal))
    return answer.body


def _digest(obj: Obj, api_version: str) -> bytes:
    """What a conversion depends on."""
    meta = metadata(obj)
    told: list[Any] = [api_version, {**obj, "metadata": None}, [meta.get(one) for one in _TOLD]]
    return blake2b(orjson.dumps(told, option=orjson.OPT_SORT_KEYS), digest_size=16).digest()


def _without_revision(obj: Obj) -> Obj:
    """The object as it is kept: its revision is known only when it is read."""
    meta = {key: value for key, value in obj["metadata"].items() if key != "resourceVersion"}
    return {**obj, "metadata": meta}


def _of(obj: Obj, converted: Obj) -> Obj:
    """A conversion of an object that may differ from the converted one in what is given back."""
    before, after = obj["metadata"], converted["metadata"]
    kept = {key: value for key, value in before.items() if key not in _CHANGED}
    texts = {key: after[key] for key in _CHANGED if key in after}
    return {**converted, "metadata": {**kept, **texts}}
