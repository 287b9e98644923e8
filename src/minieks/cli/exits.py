"""The exit codes of every command, and what each means; the docs are made from this table."""

OK = 0
UNMET = 1
BAD_INPUT = 2
INTERRUPTED = 130

MEANINGS = {
    OK: "It went well.",
    UNMET: "It ran, but something that was expected did not hold.",
    BAD_INPUT: "The input is wrong; stderr says where, and what to do.",
    INTERRUPTED: "Interrupted from the keyboard.",
}
