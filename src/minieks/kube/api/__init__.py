"""The one pipeline that every write passes: defaulting, admission, validation, quota, store."""
