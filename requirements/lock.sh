#!/bin/sh
# Resolves every dependency group of pyproject.toml into a lock file with hashes: for every platform
# and Python from 3.11 on, and without the address of any index. Pass --upgrade to take newer versions.
set -eu
cd "$(dirname "$0")/.."

compile() {
    uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --no-header "$@"
}

compile "$@" --group build -o requirements/build.txt
compile "$@" pyproject.toml --group dev -o requirements/dev.txt
# The smaller ones take the versions of the largest, so that all of them agree.
compile "$@" pyproject.toml --group test -c requirements/dev.txt -o requirements/test.txt
compile "$@" pyproject.toml -c requirements/dev.txt -o requirements/run.txt
