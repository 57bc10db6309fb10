#!/bin/sh
# Ebb replaced by Ebb under load, and upgrades that fail: `ebb run` (see upgrade.py), and then
# `ebb proxy` (upgrade_proxy.py). About four minutes; "run" or "proxy" chooses one of them.
lib=$(dirname "$0")/lib
code=0
case ${1:-all} in
    all | run) python3 "$lib/upgrade.py" || code=1 ;;
esac
case ${1:-all} in
    all | proxy) python3 "$lib/upgrade_proxy.py" || code=1 ;;
    run) ;;
    *) echo "upgrade.sh: '$1' is neither run nor proxy" >&2 && exit 2 ;;
esac
exit $code
