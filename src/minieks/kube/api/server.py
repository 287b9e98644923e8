"""The one pipeline that every write passes, from a file, a loop or a client.

    decode → defaults → mutating admission → validation → validating admission → store

A loop's objects are typed by construction, so it begins at the defaults; what comes from a person
is decoded first, against the schema of the cluster's Kubernetes version.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from minieks.engine.engine import Engine
from minieks.engine.index import Value
from minieks.engine.store import Store
from minieks.kube.api import (
    advice,
    aspects,
    binding,
    decoding,
    defaulting,
    deletion,
    emptylists,
    errors,
    eviction,
    identity,
    servicevalues,
    strategy,
    validation,
)
from minieks.kube.api.admission import Admission, Attributes, Plugin, chain
from minieks.kube.api.allocation import ServiceAllocator
from minieks.kube.api.apply.managed import with_old_times
from minieks.kube.api.attempts import Attempt, NoAttempt
from minieks.kube.api.crd import CustomResources
from minieks.kube.api.deletion import DeleteOptions, Propagation
from minieks.kube.api.events import EventRecorder, EventText
from minieks.kube.api.fields import FieldError
from minieks.kube.api.gates import Gates
from minieks.kube.api.identity import Identities
from minieks.kube.api.options import WriteOptions
from minieks.kube.api.permission import May, may_as_master
from minieks.kube.api.schema import SchemaSet
from minieks.kube.api.webhookcalls import Perform, WebhookCalls
from minieks.kube.kinds.registry import Kind, Registry
from minieks.kube.usage import MetricsServer
from minieks.kube.words import selectors, times
from minieks.kube.words.objects import Obj, is_deleting, key, labels, metadata, name, namespace

# Inside the class ``list`` is a method.
_Warnings: TypeAlias = list[str]
_Errors: TypeAlias = list[FieldError]
# From a new object and the stored one to what is wrong with the new.
Check: TypeAlias = Callable[[Obj, Obj], Iterable[FieldError]]


def _stamp(value: Value, revision: int) -> None:
    """Let an object carry its revision; the store calls it while the value is the writer's."""
    value["metadata"]["resourceVersion"] = str(revision)


class Api:
    """The Kubernetes API of one cluster, without HTTP.

    ``webhooks`` are mutating admission plugins that stand where the real server calls webhooks;
    EKS's Fargate webhook is one.
    """

    def __init__(self, engine: Engine, version: str, webhooks: Sequence[Plugin] = ()) -> None:
        self.engine = engine
        self.version = version
        self.store = Store(_stamp, aspects=aspects.touched)
        self.schemas = SchemaSet.for_version(version)
        self.kinds = Registry()
        self.custom = CustomResources(self)
        self.events = EventRecorder(engine, self.store)
        self.webhooks = WebhookCalls(engine)
        # What pods use; whoever knows of their load says it there.
        self.usage = MetricsServer()
        # Whether a user may do something, for whom expressions ask; whoever serves sets it.
        self.may: May = may_as_master
        # What the request under way keeps if it is run again; whoever serves sets it.
        self.attempt: Attempt = NoAttempt()
        self._admission = Admission(chain(self, webhooks))
        self._gates = Gates(self.schemas.minor)
        self.services = ServiceAllocator(engine.random("services"))
        self._identities = Identities(engine, self._is_taken)

    def upgrade(self, version: str) -> None:
        """Serve another minor version of Kubernetes from now on; what is stored stays as it is.

        What was made from the schemas, such as a handler for HTTP, has to be made anew.
        """
        self.version = version
        self.schemas = SchemaSet.for_version(version)
        self._gates = Gates(self.schemas.minor)
        self._admission.forget()

    def admit_also(self, plugin: Plugin, after: str = "") -> None:
        """Let one more plugin look at every write, after the named one or after all there are."""
        self._admission.add(plugin, after)

    def admitted(self, obj: Obj, attributes: Attributes) -> Obj:
        """What admission makes of a part of an object, which is not stored as it is."""
        return self._admission.admitted(obj, attributes)

    def admission_changed(self) -> None:
        """Ask all admission plugins again which requests concern them."""
        self._admission.forget()

    def call_webhooks(self, perform: Perform | None) -> None:
        """Call webhooks from now on, by what ``perform`` does; None to call none."""
        self.webhooks.perform = perform
        self._admission.forget()

    # reading

    def get(self, collection: str, space: str, object_name: str) -> Obj | None:
        """The object, or None. ``space`` is empty for cluster-scoped kinds."""
        return self.store.get(collection, f"{space}/{object_name}" if space else object_name)

    def list(
        self,
        collection: str,
        space: str | None = None,
        selector: Mapping[str, Any] | None = None,
    ) -> list[Obj]:
        """The objects of a collection, of one namespace, that a LabelSelector matches."""
        found = self.store.values(collection, space)
        if selector is None:
            return found
        compiled = selectors.compile_selector(selector)
        return [obj for obj in found if compiled.matches(labels(obj))]

    # writing

    def decode(self, raw: Obj, warnings: _Warnings | None = None) -> Obj:
        """Check what a person wrote against the schema; raises Invalid or BadRequest.

        Unknown fields are no error: each is added to ``warnings`` with its path.
        """
        return decoding.decode(self, raw, [] if warnings is None else warnings)

    def defaulted(self, obj: Obj, old: Obj) -> Obj:
        """What a client sent to replace ``old`` with its defaults, in canonical form."""
        return self._defaulted(self._kind(obj), obj, old)

    def create(
        self,
        obj: Obj,
        *,
        warnings: _Warnings | None = None,
        options: WriteOptions | None = None,
    ) -> Obj:
        """Store a new object; raises an ApiError with the real server's words."""
        kind = self._kind(obj)
        obj = self._identities.given(kind, self._defaulted(kind, obj), self.attempt)
        attributes = Attributes(self, "CREATE", kind.collection, namespace(obj), name(obj))
        if options is not None:
            warnings = options.warnings
            attributes.of_client(options)
            obj = options.tracked(None, obj)
        if warnings is not None:
            attributes.warnings = warnings
        steps = self._admission.steps_of(attributes)
        for plugin in steps.mutating:
            obj = plugin.mutate(obj, attributes)
        obj = self._gates.passed(kind.collection, obj)
        if warnings is not None:
            served = options is not None
            warnings.extend(advice.on_create(obj, self.schemas.minor, served=served))
        obj = strategy.for_create(kind, obj, times.rfc3339(self.engine.now()))
        found = self._validated(kind, obj)
        if found:
            raise errors.Invalid(kind.kind, kind.group, name(obj), found)
        for plugin in steps.validating:
            plugin.validate(obj, attributes)
        return self._store_new(kind, obj, options)

    def update(
        self,
        obj: Obj,
        *,
        warnings: _Warnings | None = None,
        options: WriteOptions | None = None,
    ) -> Obj:
        """Store a new version of all but status; a write that changes nothing makes no revision."""
        kind = self._kind(obj)
        old = self._current(kind, obj)
        obj = self._defaulted(kind, identity.kept(kind, obj, old), old)
        attributes = Attributes(self, "UPDATE", kind.collection, namespace(obj), name(obj), old)
        if options is not None:
            warnings = options.warnings
            attributes.of_client(options)
            if kind.collection == "namespaces":  # Clients finalize one at a place of its own.
                obj = {**obj, "spec": old["spec"]}
            obj = options.tracked(old, obj)
        if warnings is not None:
            attributes.warnings = warnings
        steps = self._admission.steps_of(attributes)
        for plugin in steps.mutating:
            obj = plugin.mutate(obj, attributes)
        obj = self._gates.passed(kind.collection, obj)
        if kind.collection == "services":
            obj = servicevalues.kept(obj, old)
        found = self._validated_update(kind, obj, old, attributes.warnings)
        if found:
            raise errors.Invalid(kind.kind, kind.group, name(obj), found)
        for plugin in steps.validating:
            plugin.validate(obj, attributes)
        obj = strategy.for_update(kind, obj, old)
        if kind.collection == "services" and (options is None or not options.dry_run):
            obj = self.services.allocated(obj)
        if strategy.wants_new_generation(kind, obj, old):
            obj = identity.next_generation(obj, old)
        made = self._write(kind, obj, old, dry_run=options is not None and options.dry_run)
        self.custom.settle(kind.collection)
        return made

    def update_part(self, obj: Obj, old: Obj, options: WriteOptions, check: Check) -> Obj:
        """Store an object of which a client wrote a part, through a subresource.

        ``obj`` is the whole object with its managedFields; ``check`` says what is wrong with it.
        """
        kind = self._kind(obj)
        attributes = Attributes(self, "UPDATE", kind.collection, namespace(obj), name(obj), old)
        attributes.of_client(options)
        attributes.warnings = options.warnings
        steps = self._admission.steps_of(attributes)
        for plugin in steps.mutating:
            obj = plugin.mutate(obj, attributes)
        found = list(check(obj, old))
        if found:
            raise errors.Invalid(kind.kind, kind.group, name(obj), found)
        for plugin in steps.validating:
            plugin.validate(obj, attributes)
        made = self._write(kind, obj, old, dry_run=options.dry_run)
        self.custom.settle(kind.collection)
        return made

    def update_status(self, obj: Obj) -> Obj:
        """Store the status of ``obj`` and its annotations, and nothing else of it."""
        kind = self._kind(obj)
        old = self._current(kind, obj)
        noted = obj["metadata"].get("annotations") or {}
        if obj.get("status") == old.get("status") and noted == (
            old["metadata"].get("annotations") or {}
        ):
            return old
        meta = {**old["metadata"], "annotations": noted}
        if not noted:
            del meta["annotations"]
        new = {**old, "metadata": meta, "status": obj.get("status") or {}}
        if kind.custom:
            new = self.custom.stored(kind, new)
        return self.store.replace(kind.collection, key(old), new)

    def delete(
        self,
        collection: str,
        space: str,
        object_name: str,
        *,
        grace_seconds: int | None = None,
        propagation: Propagation | None = None,
        uid: str | None = None,
    ) -> Obj:
        """Begin or finish a deletion; returns the object as it was left. Raises NotFound."""
        options = DeleteOptions(grace_seconds, propagation, uid)
        return self.delete_as(collection, space, object_name, options, None)

    def delete_as(
        self,
        collection: str,
        space: str,
        object_name: str,
        options: DeleteOptions,
        write: WriteOptions | None,
    ) -> Obj:
        """As `delete`, with all that a client can ask; ``write`` says who it is."""
        kind = self.kinds.of_collection(collection)
        old = self.get(collection, space, object_name)
        if old is None:
            raise errors.NotFound(collection, object_name)
        deletion.check_preconditions(kind.kind, old, options)
        attributes = Attributes(self, "DELETE", collection, space, object_name, old)
        if write is not None:
            attributes.of_client(write)
            attributes.warnings = write.warnings
        for plugin in self._admission.steps_of(attributes).validating:
            plugin.validate(old, attributes)
        left = deletion.marked(collection, old, options, self.engine.now())
        if left is None:
            return self._deleted(kind, old, options, write)
        if left["metadata"] == old["metadata"]:
            return old
        left = identity.when_deleting(kind, left, old)
        if collection == "namespaces" and not options.dry_run:
            # One without finalizers goes when it is looked at next, not now.
            return self.store.replace(collection, key(old), left)
        return self._write(kind, left, old, dry_run=options.dry_run)

    def _deleted(
        self, kind: Kind, old: Obj, options: DeleteOptions, write: WriteOptions | None
    ) -> Obj:
        """The object as it was when it went; to a client, under the revision of its end."""
        last = old
        if kind.collection == "pods" and (write is not None or not is_deleting(old)):
            # Also a pod that goes at once is marked first, so that watchers see it.
            last = identity.when_deleting(kind, deletion.at_once(old, self.engine.now()), old)
        if options.dry_run:
            return last
        if last["metadata"] != old["metadata"]:
            last = self.store.replace(kind.collection, key(old), last)
        gone = self._remove(kind, last)
        if write is None:
            return gone
        meta = {**gone["metadata"], "resourceVersion": str(self.store.revision)}
        return {**gone, "metadata": meta}

    def resume(self) -> None:
        """Take note of what a store that was restored holds."""
        for service in self.store.values("services"):
            self.services.taken(service)

    def bind(self, space: str, object_name: str, node: str) -> Obj:
        """What POST pods/binding does: put a pod on a node, once."""
        return binding.bind(self, space, object_name, node)

    def evict(self, space: str, object_name: str) -> None:
        """What POST pods/eviction does; raises TooManyRequests where a budget forbids it."""
        eviction.evict(self, space, object_name)

    def record_event(
        self,
        about: Obj,
        type_: str,
        reason: str,
        message: str,
        *,
        component: str,
        host: str = "",
    ) -> None:
        """Tell of something that happened to an object; repeats are counted."""
        self.events.record(about, EventText(type_, reason, message, component, host))

    # steps

    def _store_new(self, kind: Kind, obj: Obj, options: WriteOptions | None) -> Obj:
        """Store what admission and validation have let through, unless it is a dry run."""
        object_key = key(obj)
        present = self.store.get(kind.collection, object_key)
        if present is not None:
            raise errors.AlreadyExists(kind.collection, name(obj), deleting=is_deleting(present))
        if kind.collection == "services":
            taken = self.services.problems(obj) if options is not None else []
            if taken:
                raise errors.Invalid(kind.kind, kind.group, name(obj), taken)
        if options is not None and options.dry_run:
            return obj
        if kind.collection == "services":
            obj = self.services.allocated(obj)
        made = self.store.create(kind.collection, object_key, self._as_stored(kind, obj))
        self.custom.settle(kind.collection)
        return made

    def _as_stored(self, kind: Kind, obj: Obj) -> Obj:
        """The object as it is read once it is stored."""
        if kind.custom:
            return self.custom.stored(kind, obj)
        return emptylists.nulled(kind.collection, obj)

    def _kind(self, obj: Obj) -> Kind:
        kind = self.kinds.kind_of(obj)
        if kind is None:
            raise decoding.no_match(obj, self.version)
        return kind

    def _current(self, kind: Kind, obj: Obj) -> Obj:
        meta = metadata(obj)
        object_name, space = meta.get("name"), meta.get("namespace")
        if not object_name:
            raise errors.BadRequest("name must be provided")
        old = self.store.get(kind.collection, f"{space}/{object_name}" if space else object_name)
        if old is None:
            raise errors.NotFound(kind.collection, name(obj))
        asked = meta.get("resourceVersion")
        if asked and asked != old["metadata"]["resourceVersion"]:
            raise errors.Conflict(kind.collection, name(obj))
        return self.custom.converted(old, obj["apiVersion"]) if kind.custom else old

    def _is_taken(self, collection: str, space: str, object_name: str) -> bool:
        return self.get(collection, space, object_name) is not None

    def _defaulted(self, kind: Kind, obj: Obj, old: Obj | None = None) -> Obj:
        if kind.custom:
            return self.custom.defaulted(obj)
        return defaulting.apply_defaults(obj, self.version, old)

    def _validated(self, kind: Kind, obj: Obj) -> _Errors:
        if kind.custom:
            return self.custom.validate(obj)
        return validation.validate_create(obj)

    def _validated_update(self, kind: Kind, obj: Obj, old: Obj, warnings: _Warnings) -> _Errors:
        if kind.custom:
            return self.custom.validate(obj, old, warnings)
        return validation.validate_update(obj, old)

    def _write(self, kind: Kind, obj: Obj, old: Obj, *, dry_run: bool = False) -> Obj:
        """Store it if it differs; an object being deleted goes when its last finalizer does."""
        obj = self._as_stored(kind, obj)
        if kind.custom:
            old = self.store.get(kind.collection, key(old)) or old
        obj = with_old_times(old, obj)
        meta = dict(obj["metadata"])
        meta["resourceVersion"] = old["metadata"]["resourceVersion"]
        if meta == old["metadata"] and _rest(obj) == _rest(old):
            return old
        obj = {**obj, "metadata": meta}
        if dry_run:
            return obj
        if deletion.is_finished(kind.collection, obj):
            return self._remove(kind, obj)
        return self.store.replace(kind.collection, key(obj), obj)

    def _remove(self, kind: Kind, obj: Obj) -> Obj:
        if kind.collection == "services":
            self.services.released(obj)
        gone = self.store.remove(kind.collection, key(obj), last=obj)
        self.custom.settle(kind.collection)
        return gone


def _rest(obj: Obj) -> Obj:
    return {field: value for field, value in obj.items() if field != "metadata"}
