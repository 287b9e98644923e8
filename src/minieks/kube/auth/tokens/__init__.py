"""Service account tokens: made, bound to objects, checked, and kept in Secrets as of old."""
