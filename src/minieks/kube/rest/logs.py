"""GET pods/<name>/log: what a container wrote, and what it goes on to write.

Source: kubernetes pkg/registry/core/pod/rest/log.go, pkg/apis/core/validation
(ValidatePodLogOptions), pkg/kubelet/kuberuntime (what the kubelet refuses).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from minieks.engine.clock import SECOND, Micros
from minieks.engine.store import Change
from minieks.kube.api.errors import BadRequest, Invalid
from minieks.kube.api.fields import FieldError, forbidden, invalid
from minieks.kube.rest import listing, listoptions, loglines
from minieks.kube.rest.answers import answer, headers_of
from minieks.kube.rest.call import Backend, Call
from minieks.kube.rest.http import Answer, End, Headers, Response, Send
from minieks.kube.rest.loglines import Line, Run
from minieks.kube.rest.remote import container_of
from minieks.kube.words import times
from minieks.kube.words.objects import Obj, key, name, uid

_TEXT: Final = "text/plain"


@dataclass(frozen=True, slots=True)
class LogOptions:
    """Which lines are wanted; None where nothing is said. ``since`` is a moment."""

    container: str
    follow: bool
    previous: bool
    timestamps: bool
    since: Micros | None
    tail: int | None
    limit: int | None


def read(backend: Backend, call: Call) -> Answer:
    """The log of a container, as text."""
    pod = listing.existing(backend, call)
    options = _options(backend, call, pod)
    if not pod["spec"].get("nodeName"):
        return Response(204, headers_of(_TEXT), b"")
    run = _run(pod, options)
    if options.follow:
        return Following(backend, pod, options, run)
    now = backend.api.engine.now()
    return answer(200, _text(_wanted(loglines.lines(run, now), options), options), _TEXT)


class Following:
    """A log that goes on until its container has ended; a ``Stream``."""

    def __init__(self, backend: Backend, pod: Obj, options: LogOptions, run: Run) -> None:
        self.status = 200
        self.headers: Headers = headers_of(_TEXT)
        self._engine = backend.api.engine
        self._store = backend.api.store
        self._pod = pod
        self._options = options
        self._run = run
        self._told = 0
        self._stops: list[Callable[[], None]] = []
        self._send: Send = lambda chunk: None
        self._end: End = lambda: None

    def start(self, send: Send, end: End) -> Callable[[], None]:
        """Send what was written, then what is."""
        self._send, self._end = send, end
        written = loglines.lines(self._run, self._engine.now())
        self._told = len(written)
        text = _text(_wanted(written, self._options), self._options)
        if text:
            send(text)
        if self._run.ended is not None:
            end()
            return self._stop
        self._stops.append(self._store.subscribe("pods", self._on_change))
        self._later()
        return self._stop

    def _later(self) -> None:
        when = loglines.next_line(self._run, self._engine.now())

        def write() -> None:
            self._catch_up(self._engine.now())
            self._later()

        self._stops[1:] = [self._engine.at(when, write).cancel]

    def _on_change(self, change: Change) -> None:
        if change.key != key(self._pod) or uid(change.value) != uid(self._pod):
            return
        status = loglines.status_of(change.value, self._run.name)
        run = loglines.run_of(status, "state")
        if run is None or run.began != self._run.began:
            run = loglines.run_of(status, "lastState") or run
        gone = change.type == "DELETED"
        if not gone and (run is None or run.ended is None):
            return
        if run is not None:
            self._run = run
        self._catch_up(self._engine.now())
        self._stop()
        self._end()

    def _catch_up(self, now: Micros) -> None:
        written = loglines.lines(self._run, now)
        new, self._told = written[self._told :], len(written)
        if new:
            self._send(_text(new, self._options))

    def _stop(self) -> None:
        stops, self._stops = self._stops, []
        for stop in stops:
            stop()


def _options(backend: Backend, call: Call, pod: Obj) -> LogOptions:
    asked = call.request.asked
    seconds, moment = listoptions.integer(asked("sinceSeconds")), asked("sinceTime")
    tail, limit = listoptions.integer(asked("tailLines")), listoptions.integer(asked("limitBytes"))
    problems = _problems(tail, limit, seconds, moment)
    if problems:
        raise Invalid("PodLogOptions", "", name(pod), problems)
    since = None if seconds is None else backend.api.engine.now() - seconds * SECOND
    return LogOptions(
        container=container_of(pod, asked("container")),
        follow=listoptions.truth(asked("follow")),
        previous=listoptions.truth(asked("previous")),
        timestamps=listoptions.truth(asked("timestamps")),
        since=_moment(moment) if moment else since,
        tail=tail,
        limit=limit,
    )


def _moment(text: str) -> Micros:
    try:
        return times.parse(text)
    except ValueError:
        why = f'parsing time "{text}" as "2006-01-02T15:04:05Z07:00": cannot parse "{text}"'
        raise BadRequest(f'{why} as "2006"') from None


def _problems(
    tail: int | None, limit: int | None, seconds: int | None, moment: str
) -> list[FieldError]:
    found = []
    if tail is not None and tail < 0:
        found.append(invalid("tailLines", tail, "must be greater than or equal to 0"))
    if limit is not None and limit < 1:
        found.append(invalid("limitBytes", limit, "must be greater than 0"))
    if seconds is not None and moment:
        why = "at most one of `sinceTime` or `sinceSeconds` may be specified"
        found.append(forbidden("[]", why))
    elif seconds is not None and seconds < 1:
        found.append(invalid("sinceSeconds", seconds, "must be greater than 0"))
    return found


def _run(pod: Obj, options: LogOptions) -> Run:
    """The run whose lines are wanted; raises BadRequest if there is none."""
    status = loglines.status_of(pod, options.container)
    about = f'container "{options.container}" in pod "{name(pod)}"'
    if options.previous:
        found = loglines.run_of(status, "lastState")
        if found is None:
            raise BadRequest(f"previous terminated {about} not found")
        return found
    found = loglines.run_of(status, "state") or loglines.run_of(status, "lastState")
    if found is None:
        waiting = (status.get("state") or {}).get("waiting") or {}
        reason = waiting.get("reason") or "ContainerCreating"
        why = _WAITING.get(reason, reason)
        raise BadRequest(f"{about} is waiting to start: {why}")
    return found


_WAITING: Final = {
    "ErrImagePull": "trying and failing to pull image",
    "ImagePullBackOff": "trying and failing to pull image",
    "ErrImageNeverPull": "image can't be pulled",
}


def _wanted(found: list[Line], options: LogOptions) -> list[Line]:
    if options.since is not None:
        found = [line for line in found if line.at >= options.since]
    if options.tail is not None:
        found = found[-options.tail :] if options.tail else []
    return found


def _text(found: list[Line], options: LogOptions) -> bytes:
    stamped = options.timestamps
    text = "".join(
        f"{times.rfc3339_micro(line.at)} {line.text}\n" if stamped else f"{line.text}\n"
        for line in found
    )
    encoded = text.encode()
    return encoded if options.limit is None else encoded[: options.limit]
