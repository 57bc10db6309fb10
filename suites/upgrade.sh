#!/bin/sh
# Ebb replaced by Ebb under load, and upgrades that fail: see upgrade.py. About two minutes.
exec python3 "$(dirname "$0")/lib/upgrade.py" "$@"
