#!/bin/sh
# Makes .venv from uv.lock where it is missing or stale: uv from the PATH or, with pip, in .tools/; Python 3.11 that
# is there or that uv fetches. Says in one sentence what is missing, and then exits with 1.
set -eu
cd "$(dirname "$0")/.."
unset VIRTUAL_ENV PYTHONHOME PYTHONPATH
export UV_PROJECT_ENVIRONMENT=.venv

say() { printf '%s\n' "$*"; }
free_mb() { df -Pm . | awk 'NR == 2 { print $4 }'; }
fail() { say "$*" >&2; exit 1; }

# The path too: the commands in .venv/bin hold it
state="$(pwd) $(cat uv.lock pyproject.toml | cksum)"
stamp=.venv/.made-from
if [ -x .venv/bin/python ] && [ "$(cat "$stamp" 2>/dev/null)" = "$state" ] && .venv/bin/python -c '' 2>/dev/null; then
    exit 0
fi

if [ ! -d .venv ] && [ "$(free_mb)" -lt 4000 ]; then
    fail "The disk of $(pwd) is full: $(free_mb) MB are free and the environment needs 4000 MB."
fi

if ! uv=$(command -v uv) || ! "$uv" --version >/dev/null 2>&1; then
    uv=.tools/bin/uv
    if ! "$uv" --version >/dev/null 2>&1; then
        command -v python3 >/dev/null || fail "Python 3 is missing: install it, with venv and pip (Debian: apt-get install python3-venv python3-pip)."
        say "uv: installing into .tools/ (usually 10 s)"
        rm -rf .tools
        python3 -m venv .tools >/dev/null 2>&1 || fail "Python's venv or pip is missing: install them (Debian: apt-get install python3-venv python3-pip)."
        .tools/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9' ||
            fail "uv could not be installed: see the lines above; is there a network?"
    fi
fi

# In a checkout that was moved, uv would leave the old path in the commands
case "$(cat "$stamp" 2>/dev/null || true)" in
    "" | "$(pwd) "*) ;;
    *) rm -rf .venv ;;
esac

# The one package that comes as source: without its C part (some microseconds a message) no compiler is needed
export MULTIDICT_NO_EXTENSIONS=1

say "Python environment: installing (usually 2 minutes the first time)"
if ! "$uv" sync --frozen --compile-bytecode --python 3.11; then
    [ "$(free_mb)" -ge 200 ] || fail "The disk of $(pwd) is full: the environment needs 4000 MB."
    fail "The Python environment could not be installed: uv says why above; is there a network?"
fi
# Rasa's sample project for `rasa init`: a plain `rasa test` would run its stories as ours
rm -rf .venv/lib/python3.11/site-packages/rasa/cli/initial_project/tests
printf '%s\n' "$state" >"$stamp"
