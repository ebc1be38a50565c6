#!/usr/bin/env bash
# Creates a new virtual environment at $1 with the interpreter $PYTHON, or with the first one that is new enough.
set -euo pipefail

is_new_enough() {
  "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
  local candidate
  for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
    if is_new_enough "$candidate"; then
      command -v "$candidate"
      return
    fi
  done
  echo "miStudio needs Python 3.11 or newer and found none. Install it, or give its path: make PYTHON=/path/to/python3" >&2
  return 1
}

python=${PYTHON:-$(find_python)}
if ! is_new_enough "$python"; then
  echo "miStudio needs Python 3.11 or newer; PYTHON=$python is not." >&2
  exit 1
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
  echo "$python cannot create virtual environments. On Debian and Ubuntu: apt-get install python3-venv" >&2
  exit 1
fi
echo "Creating $1 with $("$python" --version) …"
"$python" -m venv --clear "$1"
