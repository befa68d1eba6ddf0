#!/bin/sh
# Makes .venv from uv.lock where it is missing or stale: uv from the PATH or, with pip, in .tools/; Python 3.11 that
# is there or that uv fetches. Says in one sentence what is missing, and then exits with 1.
set -eu
cd "$(dirname "$0")/.."
unset VIRTUAL_ENV PYTHONHOME PYTHONPATH
export UV_PROJECT_ENVIRONMENT=.venv

say() { printf '%s\n' "$*"; }
fail() { say "$*" >&2; exit 1; }

# The path too: the commands in .venv/bin hold it
state="$(pwd) $(cat uv.lock pyproject.toml | cksum)"
stamp=.venv/.made-from
if [ -x .venv/bin/python ] && [ "$(cat "$stamp" 2>/dev/null)" = "$state" ] && .venv/bin/python -c '' 2>/dev/null; then
    exit 0
fi

free_mb=$(df -Pm . | awk 'NR == 2 { print $4 }')
if [ ! -d .venv ] && [ "$free_mb" -lt 4000 ]; then
    fail "The disk of $(pwd) is full: $free_mb MB are free and the environment needs 4000 MB."
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

say "Python environment: installing (usually 2 minutes, most of it the first time)"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
mkfifo "$log.pipe"
tee "$log" <"$log.pipe" >&2 &
if "$uv" sync --frozen --compile-bytecode --python 3.11 --quiet >"$log.pipe" 2>&1; then done=yes; else done=no; fi
wait
rm -f "$log.pipe"
if [ $done = no ]; then
    if grep -qiE "No space left" "$log"; then
        fail "The disk is full: the environment needs 4000 MB."
    elif grep -qE "(gcc|cc|clang|g\+\+)'?:? (failed: )?No such file|unable to execute|command '[^']*(gcc|cc|clang)' failed: No such" "$log" ||
        ! { command -v cc || command -v gcc; } >/dev/null; then
        fail "A C compiler is missing: install one (Debian: apt-get install gcc libc6-dev python3-dev)."
    elif grep -q "Python.h: No such file" "$log"; then
        fail "Python's headers are missing: install them (Debian: apt-get install python3-dev)."
    fi
    fail "The Python environment could not be installed: uv says why above; is there a network?"
fi
printf '%s\n' "$state" >"$stamp"
