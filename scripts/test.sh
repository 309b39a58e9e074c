#!/usr/bin/env bash
# Everything that is checked, in the order of how soon it answers. The tests run even if a check
# before them has failed, so that one run tells all; their closing line is the last one.
set -u
cd "$(dirname "$0")/.."

failed=0
check() {
    echo "· $*"
    "$@" || failed=1
}
check .venv/bin/ruff check --quiet --output-format concise .
check .venv/bin/ruff format --check --quiet --output-format concise .
check .venv/bin/mypy --no-error-summary
[ $failed = 0 ] || echo "A check before the tests has failed; see above." >&2

# Many tests wait for a server or a worker, so five at once fit on two processors.
if ! .venv/bin/python -m pytest -n 5 --dist loadfile --no-loadscope-reorder -q "$@"; then
    # Real servers, workers and browsers beside each other can be late where a machine is busy.
    # What failed is asked once more, alone; only what fails again has failed.
    echo "Some tests failed, see above. They run once more, one after the other." >&2
    .venv/bin/python -m pytest -q --last-failed --last-failed-no-failures none "$@" || failed=$?
fi
exit $failed
