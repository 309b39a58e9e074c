#!/usr/bin/env bash
# Collects the words to translate from code and templates into each language's messages.po, and
# compiles them. The list of the words in English is thrown away: it can always be made again.
# Usage: scripts/messages.sh [language…]     (default: sv)
set -eu
cd "$(dirname "$0")/.."

pybabel() { .venv/bin/pybabel --quiet "$@"; }
pot=$(mktemp --suffix=.pot)
trap 'rm -f "$pot"' EXIT

pybabel extract --mapping-file translations/babel.cfg --keywords 'lazy_gettext lazy_ngettext:1,2' \
    --add-comments 'Translators:' --no-location --sort-output --project helpdesk \
    --output-file "$pot" .
for language in "${@:-sv}"; do
    po=translations/$language/LC_MESSAGES/messages.po
    if [ -f "$po" ]; then
        # Guesses are left out: a wrong sentence is worse than one in English.
        pybabel update --input-file "$pot" --output-file "$po" --locale "$language" \
            --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date
    else
        pybabel init --input-file "$pot" --output-file "$po" --locale "$language"
        # A new file is marked as unfinished as a whole, which would leave all of it unused.
        sed -i '/^#, fuzzy$/d' "$po"
    fi
    pybabel compile --input-file "$po" --output-file "${po%.po}.mo"
done
