"""The table of kinds, and small accessors, one module per kind."""
