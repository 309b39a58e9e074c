#!/usr/bin/env bash
# Makes .venv with exactly the packages of a lock file, and the helpdesk itself in editable form.
# Usage: scripts/setup.sh [dev]     (dev: also what tests and checks need)
set -eu
cd "$(dirname "$0")/.."

lock=requirements.lock
[ "${1:-}" = dev ] && lock=requirements-dev.lock
stamps=.venv/.helpdesk

say() { printf '%s\n' "$*"; }
fail() { printf '%s\n' "$@" >&2; exit 1; }

old_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
    for candidate in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
        if command -v "$candidate" >/dev/null && old_enough "$candidate"; then
            printf '%s' "$candidate"
            return
        fi
    done
    fail "Python 3.11 or newer is needed, and $(python3 --version 2>/dev/null || echo 'no python3') is here. Install it, or name it: make PYTHON=/path/to/python3 …"
}

make_venv() {
    local python
    python=$(find_python)
    if ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
        # Debian keeps these two modules in a package of their own.
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
            say "Installing python3-venv."
            local words
            words=$({ apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
                apt-get install -y -qq --no-install-recommends python3-venv; } 2>&1) ||
                fail "$words" "apt-get could not install python3-venv; its words are above."
        else
            fail "$python cannot make virtual environments: its venv module is missing. On Debian and Ubuntu: sudo apt-get install python3-venv"
        fi
    fi
    say "Making .venv with $("$python" --version)."
    "$python" -m venv --clear .venv
}

# A folder that was moved, or whose Python is gone, is made anew.
if ! { [ -x .venv/bin/python ] && old_enough .venv/bin/python && .venv/bin/python -m pip --version >/dev/null 2>&1; }; then
    make_venv
fi
mkdir -p "$stamps"

# The folder is part of the stamp: an editable install points to it.
wanted=$({ pwd -P; cat "$lock"; } | cksum)
build=$({ pwd -P; cat pyproject.toml hatch_build.py frontend/package.json frontend/package-lock.json; } | cksum)

# The larger lock holds all of the smaller one, so a tree that is set up for tests can also run.
has_packages() {
    [ "$(cat "$stamps/$lock" 2>/dev/null)" = "$wanted" ] || {
        [ "$lock" = requirements.lock ] && [ -f "$stamps/requirements-dev.lock" ] &&
            [ "$(cat "$stamps/requirements-dev.lock")" = "$({ pwd -P; cat requirements-dev.lock; } | cksum)" ]
    }
}

if ! has_packages; then
    say "Installing the packages of $lock."
    rm -f "$stamps"/requirements*.lock
    .venv/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r "$lock"
    printf '%s' "$wanted" > "$stamps/$lock"
fi

if [ "$(cat "$stamps/build" 2>/dev/null)" != "$build" ] || [ ! -f static/vendor/manifest.json ]; then
    say "Installing the helpdesk itself and fetching the browser code."
    .venv/bin/python -m pip install -qq --disable-pip-version-check --no-deps -e .
    printf '%s' "$build" > "$stamps/build"
fi

for source in translations/*/LC_MESSAGES/messages.po; do
    if [ -f "$source" ] && [ ! "${source%.po}.mo" -nt "$source" ]; then
        .venv/bin/pybabel --quiet compile --input-file "$source" --output-file "${source%.po}.mo"
    fi
done
