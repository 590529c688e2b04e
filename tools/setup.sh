#!/usr/bin/env bash
# Build .venv with the versions of requirements.txt. Idempotent: a second run returns at once.
#
#   PYTHON=python3.11 tools/setup.sh      which interpreter to use (3.10 to 3.12)
#   WIID_CACHE=~/.cache/wiid              where the compiled mmcv wheel is kept
#   FORCE_CUDA=1 TORCH_CUDA_ARCH_LIST=9.0 passed on to the mmcv build, for a GPU machine
set -euo pipefail
cd "$(dirname "$0")/.."

PYTHON=${PYTHON:-python3}
CACHE=${WIID_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/wiid}/wheels
STAMP=.venv/.wiid-setup
FORCE_CUDA=${FORCE_CUDA:-0}

say() { printf '[setup] %s\n' "$*"; }
die() { printf '[setup] error: %s\n' "$*" >&2; exit 1; }
pin() { grep -oE "^$1==[^ ]+" requirements.txt; }
quiet() {  # run a command, show its output only when it fails
    local log; log=$(mktemp)
    if ! "$@" >"$log" 2>&1; then tail -n 40 "$log" >&2; rm -f "$log"; return 1; fi
    rm -f "$log"
}

fingerprint=$(cat requirements.txt pyproject.toml tools/setup.sh | cksum)
if [ -f "$STAMP" ] && [ "$(cat "$STAMP")" = "$fingerprint" ]; then exit 0; fi

command -v "$PYTHON" >/dev/null || die "'$PYTHON' is not on the PATH; set PYTHON=/path/to/python3.11"
"$PYTHON" -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 12))' ||
    die "$("$PYTHON" -V) does not fit: 3.10, 3.11 or 3.12 is needed; set PYTHON=/path/to/python3.11"
"$PYTHON" -c 'import venv, ensurepip' 2>/dev/null ||
    die "$PYTHON has no venv module; install it (Debian: apt-get install python3-venv)"
free_gb=$(($(df -Pk . | awk 'NR==2 {print $4}') / 1048576))
[ -d .venv ] || [ "$free_gb" -ge 10 ] ||
    die "$free_gb GB free here, 10 GB are needed for .venv; make room or check out elsewhere"

start=$SECONDS
[ -x .venv/bin/python ] || { say "creating .venv with $("$PYTHON" -V)"; "$PYTHON" -m venv .venv; }
py=$PWD/.venv/bin/python
pip() { "$py" -m pip --disable-pip-version-check "$@"; }

say "installing torch, torchvision and the build tools (5 GB, about a minute on a fast line)"
quiet pip install "$(pin torch)" "$(pin torchvision)" "$(pin numpy)" "$(pin setuptools)" wheel ninja ||
    die "torch could not be installed; see the lines above (network? disk?)"

# A wheel of mmcv fits one torch only, and pip's own cache does not know that: keep it under a full name.
tag=$("$py" -c "import sys, platform, torch
cuda = 'cu' + torch.version.cuda.replace('.', '') if torch.version.cuda else 'cpu'
print(f'torch{torch.__version__.split(\"+\")[0]}-{cuda}-cp{sys.version_info[0]}{sys.version_info[1]}-{platform.machine()}')")
[ "$FORCE_CUDA" = 0 ] || tag=$tag-cudaops-${TORCH_CUDA_ARCH_LIST:-auto}
wheels=$CACHE/mmcv-$(pin mmcv | cut -d= -f3)-$tag
if ! ls "$wheels"/mmcv-*.whl >/dev/null 2>&1; then
    command -v "${CXX:-g++}" >/dev/null || die "no C++ compiler (${CXX:-g++}); install g++ (Debian: apt-get install g++)"
    mkdir -p "$CACHE" || die "cannot write to $CACHE; set WIID_CACHE to a folder that can be written"
    part=$(mktemp -d "$CACHE/part.XXXXXX"); trap 'rm -rf "$part"' EXIT
    say "compiling mmcv with its C++ operators: about 10 minutes on two cores, once per torch version"
    (while sleep 60; do say "  still compiling, $((SECONDS / 60)) min since the start"; done) & ticker=$!
    MMCV_WITH_OPS=1 FORCE_CUDA=$FORCE_CUDA MAX_JOBS=${MAX_JOBS:-$(nproc)} quiet pip wheel --no-cache-dir --no-deps \
        --no-build-isolation --no-binary mmcv -w "$part" "$(pin mmcv)" ||
        { kill $ticker; die "mmcv did not compile; see the lines above. A prebuilt wheel put into $wheels/ is used instead"; }
    kill $ticker
    "$py" -c 'import sys, zipfile
sys.exit(not any(n.startswith("mmcv/_ext") for n in zipfile.ZipFile(sys.argv[1]).namelist()))' "$part"/mmcv-*.whl ||
        die "mmcv was built without its operators; run with MMCV_WITH_OPS=1 and setuptools<81"
    mkdir -p "$wheels"; mv "$part"/mmcv-*.whl "$wheels/"
    say "kept the wheel in $wheels"
fi

say "installing the toolboxes"
quiet pip install --no-deps "$wheels"/mmcv-*.whl || die "the cached mmcv wheel does not install; delete $wheels and run again"
quiet pip install -r requirements.txt || die "the packages of requirements.txt could not be installed; see above"
quiet pip install --no-deps --no-build-isolation -e . || die "this package could not be installed; see above"
echo "$fingerprint" >"$STAMP"
say "done in $((SECONDS - start)) s"
