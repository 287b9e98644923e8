"""Admission policies and webhooks: which requests they match, and what their expressions say.

    requests      the request as expressions and webhooks see it
    matching      rules and selectors that say which requests are meant
    expressions   what expressions may speak of, compiled
    conditions    matchConditions
    parameters    the objects that a binding gives to its policy
    validating, mutating   what one policy says of one request

Source: kubernetes apiserver pkg/admission/plugin/{policy,cel,webhook}.
"""
