#!/bin/sh
# Sets up .venv from a lock file: bootstrap.sh requirements.lock
# Fetches uv (into .tools) and Python 3.10 where they are missing. Does nothing when all is in place.
set -eu
cd "$(dirname "$0")/.."
lock=$1

say() { printf '%s\n' "$*" >&2; }
fail() { say "Backtalk cannot be set up: $*"; exit 1; }

stamp=".venv/.$lock.stamp"
if [ -x .venv/bin/python ] && [ -f "$stamp" ] && cmp -s "$lock" "$stamp"; then exit 0; fi

if command -v uv >/dev/null 2>&1; then
    uv=uv
elif [ -x .tools/bin/uv ]; then
    uv=.tools/bin/uv
else
    python=$(command -v python3 || command -v python || true)
    [ -n "$python" ] || fail "neither uv nor any Python was found. Please install Python 3 first."
    say "Fetching uv, which installs Python packages ..."
    "$python" -m pip install --quiet --disable-pip-version-check --no-warn-script-location --target .tools uv >&2 ||
        fail "uv could not be fetched. Is pip there ($python -m pip), and is there a way to the internet?"
    uv=.tools/bin/uv
fi

if [ ! -x .venv/bin/python ] || ! .venv/bin/python -c 'import sys; sys.exit(sys.version_info[:2] != (3, 10))'; then
    say "Setting up Python 3.10 in .venv ..."
    rm -rf .venv
    "$uv" venv --quiet --python 3.10 .venv >&2 ||
        fail "Python 3.10 was not found and could not be fetched. Rasa 3.6 runs on Python 3.10 and no newer one."
fi

[ "$lock" = requirements.lock ] && size="0.9 GB" || size="2 GB"
say "Installing the locked packages (about $size once installed) ..."
VIRTUAL_ENV=.venv "$uv" pip install --quiet --require-hashes --no-deps -r "$lock" >&2 ||
    fail "the packages could not be installed. The lines above say why."
cp "$lock" "$stamp"
