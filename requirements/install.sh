#!/bin/sh
# Usage: install.sh VENV LOCKFILE
# Makes the environment if it is missing and installs exactly what the lock file names, then
# minieks itself, editable. Takes uv if $UV names it, else pip.
set -eu
venv=$1 lock=$2

say() { echo "$*" >&2; }

"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    say "minieks needs Python 3.11 or newer; '$PYTHON' is $("$PYTHON" --version 2>&1)."
    say "hint: make PYTHON=python3.12 ..."
    exit 2
}

if [ -n "$UV" ]; then
    [ -x "$venv/bin/python" ] || "$UV" venv --quiet --python "$PYTHON" "$venv"
    install() { VIRTUAL_ENV=$venv "$UV" pip install --quiet "$@"; }
else
    [ -x "$venv/bin/python" ] && "$venv/bin/python" -m pip --version >/dev/null 2>&1 || {
        "$PYTHON" -c 'import ensurepip' 2>/dev/null || {
            say "'$PYTHON' cannot make an environment with pip: its ensurepip module is missing."
            say "hint: on Debian and Ubuntu, apt-get install python3-venv"
            exit 2
        }
        "$PYTHON" -m venv "$venv"
    }
    install() { "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$@"; }
fi

say "installing $lock"
install --require-hashes -r requirements/build.txt -r "$lock"
install --no-deps --no-build-isolation -e .
