#!/bin/sh
# Clients that are slow on purpose, a thousand of them: see slow_clients.py. About five minutes.
exec python3 "$(dirname "$0")/lib/slow_clients.py" "$@"
