"""Server-side apply: who owns which field of an object, and what an applied object changes.

    types.Types(schemas)                        what each field of a kind is: scalar, list, map
        .built_in(api_version, kind) -> Atom | None
        .custom(schema) -> Atom                 of a version of a CustomResourceDefinition
    fieldmanager.FieldManager(target)           the managedFields of one kind (or subresource)
        .updated(live, new, manager, now) -> Obj            create, update, patch: never refuses
        .applied(live, config, manager, now, force) -> Obj  apply; raises ApiError (conflict 409)
    kinds.FieldManagers(schemas, convert, …)    a FieldManager for everything that is served
        .of(kind, api_version, subresource) -> FieldManager
        .of_scale() -> FieldManager             with the functions of the module ``scale``
    managed.with_old_times(old, new) -> Obj     a write that changes nothing but times is none

``live`` is the stored object or None, ``new`` the one to be stored with its defaults, ``now`` a
time as it stands in objects. Sets of fields are kept in the form of ``fieldsV1`` (module
``paths``). Nothing is changed in place.
"""
