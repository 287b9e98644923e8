"""Watches: what is there, and then each change, until time or history runs out.

Source: kubernetes apiserver pkg/endpoints/handlers/watch.go, pkg/storage/cacher.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import orjson

from minieks.engine.store import Change
from minieks.kube.api.errors import ApiError
from minieks.kube.api.webhookcalls import WebhookNeeded
from minieks.kube.rest import listing, listoptions, media, presenting
from minieks.kube.rest.answers import headers_of
from minieks.kube.rest.call import Backend, Call
from minieks.kube.rest.encoding import written
from minieks.kube.rest.history import with_revision
from minieks.kube.rest.http import End, Headers, Send
from minieks.kube.rest.listoptions import ListOptions
from minieks.kube.words.objects import Obj

_BOOKMARK_EVERY: Final = 60.0
_BEFORE_THE_END: Final = 2.0
_SHORTEST: Final = 1800.0
_MOST_LATER: Final = 10_000
"""Changes that wait for a conversion webhook before a watch is given up."""
_INITIAL_EVENTS_END: Final = "k8s.io/initial-events-end"
_JSON_EVENT: Final = b'{"type":"%b","object":%b}\n'


def watch(backend: Backend, call: Call) -> "Watch":
    """The stream of changes that the request asks for; raises ApiError if it cannot be had."""
    options = listoptions.read(call.request, watch=True)
    try:
        options.revision  # noqa: B018 - a revision that is no number is refused before the stream
    except ValueError as error:
        raise ApiError(500, "", str(error)) from None
    return Watch(backend, call, options)


class Watch:
    """One watch; a ``Stream``."""

    def __init__(self, backend: Backend, call: Call, options: ListOptions) -> None:
        self.status = 200
        self.headers: Headers = headers_of(call.form.content_type, call.warnings)
        self._backend = backend
        self._call = call
        self._options = options
        self._matches = listing.matcher(backend, call, options)
        self._described = True
        self._stops: list[Callable[[], None]] = []
        self._later: list[Change] = []
        self._stopped = False
        self._send: Send = lambda chunk: None
        self._end: End = lambda: None

    def start(self, send: Send, end: End) -> Callable[[], None]:
        """Send what is there, then follow."""
        self._send, self._end = send, end
        refusal = self._refusal()
        if refusal is not None:
            self._fail(refusal)
        elif self._call.resource.custom:
            self._converted(self._begin)
        else:
            self._begin()
        return self._stop

    def _begin(self) -> None:
        # Until all is converted nothing is told: this may have to begin anew.
        for line in list(self._beginning()):
            self._send(line)
        store = self._backend.api.store
        take = self._take if self._call.resource.custom else self._on_change
        self._stops.append(store.subscribe(self._call.collection, take))
        self._plan()

    # conversion

    def _converted(self, step: Callable[[], None]) -> None:
        """Do a step; if it needs a webhook, anew when that has answered. It begins by asking."""
        if self._stopped:
            return
        try:
            step()
        except WebhookNeeded as needed:
            self._backend.api.webhooks.wait(needed.call, lambda: self._converted(step))
        except ApiError as error:
            self._fail(error)

    def _take(self, change: Change) -> None:
        """Tell of a change when all before it are told, and its object is there."""
        self._later.append(change)
        if len(self._later) > _MOST_LATER:
            self._fail(ApiError(410, "Expired", f"too old resource version: {change.revision}"))
        elif len(self._later) == 1:
            self._converted(lambda: self._tell(1))

    def _tell(self, count: int) -> None:
        """Tell of the first changes; what came meanwhile is then asked for with one call."""
        for change in self._served(self._later[:count]):
            self._on_change(change)
        del self._later[:count]
        rest = len(self._later)
        if rest:
            self._converted(lambda: self._tell(rest))

    def _served(self, changes: Sequence[Change]) -> Sequence[Change]:
        """Changes with what they are about as it is served, where that is not as it is stored."""
        if not self._call.resource.custom:
            return changes
        values = self._shown([change.value for change in changes])
        before = iter(self._shown([one.previous for one in changes if one.previous is not None]))
        return [
            change._replace(value=value, previous=change.previous and next(before))
            for change, value in zip(changes, values, strict=True)
        ]

    def _shown(self, objects: Sequence[Obj]) -> Sequence[Obj]:
        return self._backend.versions.shown(objects, self._call.resource)

    def _fail(self, error: ApiError) -> None:
        self._emit(b"ERROR", orjson.dumps(error.to_status()))
        self._finish()

    # beginning

    def _refusal(self) -> ApiError | None:
        asked = self._options.revision
        oldest = self._backend.histories.oldest(self._call.collection)
        if asked and asked < oldest and not self._options.send_initial_events:
            return ApiError(410, "Expired", f"too old resource version: {asked} ({oldest})")
        return None

    def _beginning(self) -> Iterator[bytes]:
        options, histories = self._options, self._backend.histories
        initial = options.send_initial_events
        if initial is None:
            initial = options.resource_version in ("", "0")
        if not initial:
            since = options.revision or histories.revision
            for change in self._served(tuple(histories.since(self._call.collection, since))):
                line = self._line(change)
                if line is not None:
                    yield line
            return
        found = histories.at(self._call.collection, self._call.scope, histories.revision)
        for obj in self._shown(found):
            if self._matches is None or self._matches(obj):
                yield self._event(b"ADDED", obj)
        if options.bookmarks and (options.send_initial_events or options.resource_version == "0"):
            yield self._bookmark(initial_end=True)

    # following

    def _on_change(self, change: Change) -> None:
        if change.revision <= self._options.revision:
            return
        line = self._line(change)
        if line is not None:
            self._send(line)

    def _line(self, change: Change) -> bytes | None:
        """The event of a change; None if it does not concern this watch."""
        scope = self._call.scope
        if scope and not change.key.startswith(f"{scope}/"):
            return None
        matches, before, after = self._matches, change.previous, change.value
        if change.type == "DELETED":
            last = before if before is not None else after
            if matches is not None and not matches(last):
                return None
            return self._event(b"DELETED", self._backend.histories.deleted(change))
        now = matches is None or matches(after)
        earlier = before is not None and (matches is None or matches(before))
        if now:
            return self._event(b"MODIFIED" if earlier else b"ADDED", after)
        if earlier and before is not None:
            return self._event(b"DELETED", with_revision(before, change.revision))
        return None

    def _event(self, type_: bytes, obj: Obj) -> bytes:
        call = self._call
        if not call.form.as_kind:
            return self._written(type_, obj)
        shown: Any
        if call.form.as_kind == "Table":
            shown = presenting.table(self._backend, call, [obj], obj, described=self._described)
            self._described = False
        else:
            shown = presenting.transformed(self._backend, call, [obj], obj)
        return self._framed(type_, orjson.dumps(shown))

    def _written(self, type_: bytes, obj: Obj) -> bytes:
        backend, call = self._backend, self._call
        if call.form.media_type != media.JSON:
            return self._framed(type_, presenting.encoded(backend, call, obj))
        resource = call.resource
        found = backend.versions.read(obj, resource)
        return backend.encoder.event(type_, found, resource.group_version, resource.kind)

    def _framed(self, type_: bytes, document: bytes) -> bytes:
        if self._call.form.media_type == media.JSON:
            return _JSON_EVENT % (type_, document)
        event = _JSON_EVENT % (type_, document)
        return b"---\n" + written(event, self._call.form.media_type)

    def _emit(self, type_: bytes, document: bytes) -> None:
        self._send(self._framed(type_, document))

    # time

    def _plan(self) -> None:
        seconds = self._options.timeout_seconds
        if seconds is None or seconds <= 0:
            random = self._backend.api.engine.random("watches")
            length = _SHORTEST * (1 + random.random())
        else:
            length = float(seconds)
        timers = self._backend.timers
        self._stops.append(timers.after(length, self._finish))
        if self._options.bookmarks:
            if length > _BEFORE_THE_END:
                self._stops.append(timers.after(length - _BEFORE_THE_END, self._send_bookmark))
            self._bookmark_later()

    def _bookmark_later(self) -> None:
        def again() -> None:
            self._send_bookmark()
            self._bookmark_later()

        self._stops.append(self._backend.timers.after(_BOOKMARK_EVERY, again))

    def _send_bookmark(self) -> None:
        if self._later:
            return  # It would say that what waits has been told.
        self._send(self._bookmark(initial_end=False))

    def _bookmark(self, *, initial_end: bool) -> bytes:
        resource = self._call.resource
        meta: Obj = {"resourceVersion": str(self._backend.histories.revision)}
        if initial_end:
            meta["annotations"] = {_INITIAL_EVENTS_END: "true"}
        mark: Obj = {
            "kind": resource.kind,
            "apiVersion": resource.group_version,
            "metadata": meta,
        }
        if self._call.form.as_kind:
            mark = presenting.transformed(self._backend, self._call, [mark], mark)
        return self._framed(b"BOOKMARK", orjson.dumps(mark))

    def _finish(self) -> None:
        self._stop()
        self._end()

    def _stop(self) -> None:
        self._stopped = True
        stops, self._stops = self._stops, []
        for stop in stops:
            stop()
