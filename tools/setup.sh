#!/usr/bin/env bash
# Build .venv from requirements.txt. Nothing is compiled; a second run returns at once, and one after
# a stop or a fault goes on.
#
#   PYTHON=python3.13 make setup           the interpreter; else python3, or a python3.x that fits
#   TORCH='torch torchvision' make setup   other releases than those that the READMEs' figures have
#   TORCH_INDEX=https://download.pytorch.org/whl/cpu make setup   torch's CPU build, without CUDA
set -euo pipefail
cd "$(dirname "$0")/.."

releases=${TORCH:-torch==2.11.0 torchvision==0.26.0}
here=$(pwd -P)
log=.venv/setup.log
stamp=.venv/.wiid-setup
fits='import sys, venv, ensurepip; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 14))'

say() { printf '[setup] %s\n' "$*"; }
die() { printf '[setup] error: %s\n' "$*" >&2; exit 1; }

# Print an interpreter of 3.10 to 3.14: the one asked for, or the first on the PATH that fits.
find_python() {
    if [ -n "${PYTHON:-}" ]; then
        command -v "$PYTHON" >/dev/null ||
            die "PYTHON=$PYTHON is not on the PATH; name one of 3.10 to 3.14, as PYTHON=/path/to/python3.12"
        "$PYTHON" -c "$fits" 2>/dev/null ||
            die "PYTHON=$PYTHON ($("$PYTHON" -V 2>&1 | tail -n 1)) does not fit: 3.10 to 3.14 with its venv module is needed"
        echo "$PYTHON"
        return
    fi
    for name in python3 python3.13 python3.12 python3.11 python3.14 python3.10; do
        if "$name" -c "$fits" 2>/dev/null; then echo "$name"; return; fi
    done
    die "no Python 3.10 to 3.14 with its venv module on the PATH; install one (Debian: apt-get install python3 python3-venv) or set PYTHON=/path/to/python3.12"
}

# Say why an earlier .venv cannot be used; nothing where it can.
find_fault() {
    if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
        echo 'is not whole'
    elif [ "$(cat .venv/.wiid-home 2>/dev/null)" != "$here" ]; then
        echo 'was made for another folder or by an older setup'
    elif [ -n "${PYTHON:-}" ] && [ "$("$PYTHON" -V)" != "$(.venv/bin/python -V)" ]; then
        echo "has $(.venv/bin/python -V), and PYTHON is $("$PYTHON" -V)"
    fi
}

# Run pip with its output in a log; at a fault say what it is about.
pip() {
    if .venv/bin/python -m pip --disable-pip-version-check "$@" >"$log" 2>&1; then return; fi
    tail -n 12 "$log" >&2
    if grep -qi 'No space left' "$log"; then
        die "the disk is full ($(df -Ph . | awk 'NR==2 {print $4}') free here); make room and run make setup again"
    elif grep -qiE 'connection|name resolution|timed out' "$log"; then
        die 'the package index cannot be reached; check the network and the settings of pip, then run make setup again'
    fi
    die "pip could not install that, see the lines above; all of them stand in $log"
}

works() { .venv/bin/python -W ignore -c "import $1" >"$log" 2>&1; }

[ -z "${PYTHON:-}" ] || find_python >/dev/null
fingerprint=$(cat requirements.txt pyproject.toml tools/setup.sh | cksum)
if [ -e .venv ]; then
    fault=$(find_fault)
    if [ -n "$fault" ]; then
        say ".venv $fault: it is made anew"
        rm -rf .venv
    elif [ "$(cat "$stamp" 2>/dev/null)" = "$fingerprint" ] && [ -z "${TORCH:-}${TORCH_INDEX:-}" ]; then
        exit 0
    fi
fi

start=$SECONDS
if [ ! -e .venv ]; then
    python=$(find_python)
    need=8
    [ -z "${TORCH_INDEX:-}" ] || need=3
    free=$(($(df -Pk . | awk 'NR==2 {print $4}') / 1048576))
    [ "$free" -ge "$need" ] || die "$free GB free here, $need GB are needed for .venv; make room or check out elsewhere"
    say "1/4 making .venv with $python ($("$python" -V))"
    "$python" -m venv .venv || die "$python could not make .venv, see above; set PYTHON to another"
    echo "$here" >.venv/.wiid-home
fi

if [ -n "${TORCH:-}${TORCH_INDEX:-}" ] || ! works 'torch, torchvision'; then
    say "2/4 installing $releases (most of the time and of the disk)"
    # shellcheck disable=SC2086
    pip install $releases ${TORCH_INDEX:+--extra-index-url "$TORCH_INDEX"}
fi

say '3/4 installing the toolboxes'
pip install -e '.[dev,deploy]'

say '4/4 checking that they work together'
works 'wiid_plugins, torch, torchvision, cv2, mmpretrain.models, mmdet.models, mmaction.models, ultralytics' ||
    die "$(tail -n 1 "$log"). Mend that, or remove .venv and run make setup again"
rm "$log"
echo "$fingerprint" >"$stamp"
say "done in $((SECONDS - start)) s"
