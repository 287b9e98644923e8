"""The bridge to moto's backends, which live in this process and are reached without a socket."""
