"""The objects of one definition in each of its versions, by their apiVersion or by a webhook.

    converted(obj, version)      any object
    shown(objects, version)      stored ones, many with one call

A webhook's call that is needed raises WebhookNeeded, as in admission: the request is run again when
the answer is there. While nobody performs calls, the apiVersion alone is changed.
Source: kubernetes apiextensions-apiserver pkg/apiserver/conversion/{converter,nop_converter,
webhook_converter}.go.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

import orjson

from minieks.engine import ids
from minieks.kube.api.conversion.reviews import WrongConversion, answered, restored, review_of
from minieks.kube.api.errors import ApiError
from minieks.kube.api.memo import IdentityMemo
from minieks.kube.api.webhookcalls import WebhookAnswer, WebhookCall, WebhookNeeded, key_of
from minieks.kube.words.objects import Obj, metadata, name

if TYPE_CHECKING:
    from minieks.kube.api.server import Api

_SECONDS: Final = 30
"""What a conversion may take (apiserver pkg/util/webhook/client.go)."""
_MOST: Final = 1 << 15
"""Objects of which the other versions are remembered."""
# What of metadata a webhook may change.
_CHANGED: Final = ("labels", "annotations")
# What of metadata a webhook may look at; the rest is given back to the object anyway.
_TOLD: Final = ("name", "namespace", "uid", *_CHANGED)


# Objects by what their conversion depends on.
Missing: TypeAlias = dict[bytes, Obj]


class _Asked(NamedTuple):
    """What a webhook was asked at the URL ``shown``, and for which objects."""

    call: WebhookCall
    shown: str
    missing: Missing


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
        self._uids = api.engine.random("webhooks")
        self._shown: IdentityMemo[dict[str, Obj]] = IdentityMemo(_MOST)
        self._converted: Missing = {}

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
        if missing:
            self._ask(self._webhook, missing, api_version)
        found = [self._converted[one] for one in digests]
        self._shrink()
        return [_of(obj, one) for obj, one in zip(objects, found, strict=True)]

    def _shrink(self) -> None:
        """Forget the older half of what has been converted if that has become much."""
        if len(self._converted) > _MOST:
            for old in list(self._converted)[: _MOST // 2]:
                del self._converted[old]

    def _ask(self, webhook: Obj, missing: Missing, api_version: str) -> None:
        """Have objects converted with one call; raises ApiError, WebhookNeeded.

        What is answered is taken when it comes: who waits for it may then need other objects.
        """
        webhooks = self._api.webhooks
        asked = self._asked(webhook, missing, api_version)
        try:
            webhooks.ask(asked.call)
        except WebhookNeeded:
            webhooks.wait(asked.call, lambda: self._arrived(asked))
            raise
        try:
            self._take(asked)
        finally:
            webhooks.forget(asked.call)

    def _arrived(self, asked: _Asked) -> None:
        """Take an answer; one that is wrong is left to who asks for the same."""
        with suppress(ApiError):
            self._take(asked)
            self._api.webhooks.forget(asked.call)

    def _take(self, asked: _Asked) -> None:
        answer, review = self._api.webhooks.ask(asked.call)
        try:
            made = _made(_body(answer, asked.shown), review)
        except WrongConversion as error:
            raise _failed(asked.missing, error) from None
        for digest, obj in zip(asked.missing, made, strict=True):
            self._converted[digest] = self._settle(obj)

    def _asked(self, webhook: Obj, missing: Missing, api_version: str) -> _Asked:
        from minieks.kube.api.policies.services import target_of  # noqa: PLC0415

        known = webhook.get("conversionReviewVersions") or ()
        objects = [_without_revision(obj) for obj in missing.values()]
        try:
            review = review_of(known, objects, api_version, ids.uid(self._uids))
        except WrongConversion as error:
            raise ApiError(500, "", str(error)) from None
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
        return _Asked(call, target.shown, missing)


def _failed(missing: Missing, error: WrongConversion) -> ApiError:
    first = next(iter(missing.values()))
    about = f"conversion webhook for {first['apiVersion']}, Kind={first['kind']}"
    return ApiError(500, "", f"{about} {error}")


def _body(answer: WebhookAnswer, shown: str) -> Any:
    """What was answered at the URL ``shown``; raises WrongConversion if nothing was."""
    from minieks.kube.api.policies.reviews import refusal_text  # noqa: PLC0415

    if answer.failure:
        raise WrongConversion(f'failed: Post "{shown}": {answer.failure}')
    if answer.status != 200:
        raise WrongConversion(f"failed: {refusal_text(answer.status, answer.refusal)}")
    return answer.body


def _made(body: Any, review: Obj) -> list[Obj]:
    """The objects of an answer to a review; raises WrongConversion."""
    asked = review["request"]
    try:
        found = answered(body, review)
    except WrongConversion as error:
        raise WrongConversion(f"failed: {error}") from None
    objects = asked["objects"]
    if len(found) != len(objects):
        raise WrongConversion(f"returned {len(found)} objects, expected {len(objects)}")
    alone = len(objects) == 1
    return [
        restored(obj, one, asked["desiredAPIVersion"], None if alone else index)
        for index, (obj, one) in enumerate(zip(objects, found, strict=True))
    ]


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
