#!/bin/sh
# Finds a Chromium for the tests and writes its path to .tools/browser; installs one where there is none.
set -eu
cd "$(dirname "$0")/.."

found=${BACKTALK_BROWSER:-}
if [ -z "$found" ] && [ -f .tools/browser ]; then found=$(cat .tools/browser); fi

find_browser() {
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        if command -v "$name" >/dev/null 2>&1; then command -v "$name"; return; fi
    done
    for path in "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" \
        "/Applications/Chromium.app/Contents/MacOS/Chromium"; do
        if [ -x "$path" ]; then printf '%s\n' "$path"; return; fi
    done
    # One that Playwright installed earlier.
    .venv/bin/python - <<'PY' 2>/dev/null || true
from pathlib import Path
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    path = playwright.chromium.executable_path
    print(path if Path(path).exists() else "")
PY
}

if [ -z "$found" ] || ! [ -x "$found" ]; then found=$(find_browser); fi
if [ -z "$found" ]; then
    echo "No Chromium was found: installing one for the tests ..." >&2
    if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
        apt-get update -qq >&2
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >&2 ||
            .venv/bin/playwright install chromium >&2 || true
    else
        .venv/bin/playwright install chromium >&2 || true
    fi
    found=$(find_browser)
fi
if [ -z "$found" ]; then
    echo "The tests need Chromium or Chrome. Please install one, or set BACKTALK_BROWSER to its path." >&2
    exit 1
fi
mkdir -p .tools
printf '%s\n' "$found" > .tools/browser
printf '%s\n' "$found"
