#!/usr/bin/env bash
# Writes both lock files: exact versions with checksums, for every platform, naming no index.
# Usage: scripts/lock.sh [--upgrade]
set -eu
cd "$(dirname "$0")/.."

[ -x .venv/bin/uv ] || .venv/bin/python -m pip install --quiet --disable-pip-version-check uv
compile() {
    .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --no-header "$@"
}
compile pyproject.toml -o requirements.lock "$@"
compile pyproject.toml --extra dev --constraint requirements.lock -o requirements-dev.lock "$@"
