#!/usr/bin/env bash
# Gets the system packages the application needs, where it may (Debian or a kin, as root or with
# passwordless sudo); elsewhere it says what is missing. `--python` prints a fitting Python.
set -euo pipefail

python_is_fit() {
    "$1" -c 'import sys; raise SystemExit(not ((3, 11) <= sys.version_info[:2] <= (3, 13)))' >/dev/null 2>&1
}

find_python() {
    local name
    for name in python3 python3.12 python3.11 python3.13; do
        if python_is_fit "$name"; then
            echo "$name"
            return 0
        fi
    done
    echo "Python 3.11, 3.12 or 3.13 is needed and none was found." >&2
    return 1
}

if [ "${1:-}" = "--python" ]; then
    find_python
    exit
fi

wanted=()
need() { # package, then a command that succeeds when it is there
    local package=$1
    shift
    "$@" >/dev/null 2>&1 || wanted+=("$package")
}
has_library() { ldconfig -p | grep -q "$1"; }
has_cjk_font() { fc-list ':lang=zh-cn' family | grep -q 'Noto .*CJK'; }

need libpango-1.0-0 has_library libpango-1.0.so.0
need libpangoft2-1.0-0 has_library libpangoft2-1.0.so.0
need libharfbuzz-subset0 has_library libharfbuzz-subset.so.0
need fontconfig command -v fc-list
need fonts-noto-cjk has_cjk_font
need redis-server command -v redis-server
need chromium command -v chromium
need gettext command -v msgfmt
need poppler-utils command -v pdftoppm
if python=$(find_python); then
    need python3-venv "$python" -c 'import ensurepip, venv'
else
    wanted+=(python3 python3-venv)
fi

if [ ${#wanted[@]} -eq 0 ]; then
    exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        as_root=(sudo -n)
    else
        echo "Missing system packages: ${wanted[*]}" >&2
        echo "Install them as root: apt-get install ${wanted[*]}" >&2
        exit 1
    fi
fi
if ! command -v apt-get >/dev/null; then
    echo "Missing, and there is no apt-get to get them with: ${wanted[*]} (names of Debian's packages)" >&2
    exit 1
fi
echo "installing system packages: ${wanted[*]} ..."
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${wanted[@]}" >/dev/null
