#!/bin/sh
# Ebb killed at twenty random moments: see crash.py. About four minutes on two cores.
exec python3 "$(dirname "$0")/lib/crash.py" "$@"
