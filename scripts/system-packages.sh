#!/usr/bin/env bash
# Installs what the tests need beside Python, on Debian and only where it is missing.
set -eu

missing=()
want() { # want PACKAGE PATH…: any of the paths shows that it is here
    local package=$1 path
    shift
    for path in "$@"; do
        [ -e "$path" ] && return
    done
    missing+=("$package")
}

want dovecot-imapd /usr/lib/dovecot/imap
want dovecot-lmtpd /usr/lib/dovecot/lmtp
want postgresql /usr/lib/postgresql/*/bin/initdb
want chromium /usr/bin/chromium /usr/bin/chromium-browser /usr/bin/google-chrome
want fonts-dejavu-core /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf
want git "$(command -v git || echo /usr/bin/git)"

[ ${#missing[@]} -eq 0 ] && exit 0

if ! command -v apt-get >/dev/null; then
    echo "The tests need ${missing[*]}. Install them with this system's package tool." >&2
    exit 1
fi
root=()
if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "The tests need ${missing[*]}. As root: apt-get install ${missing[*]}" >&2
        exit 1
    fi
    root=(sudo)
fi

echo "Installing ${missing[*]}."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { "${root[@]}" apt-get update -qq &&
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        "${missing[@]}"; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    echo "apt-get could not install ${missing[*]}; its last words are above." >&2
    exit 1
fi
