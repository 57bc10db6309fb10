#!/bin/sh
# Clients that are slow on purpose, a thousand of them: see slow_clients.py. About two minutes.
exec python3 "$(dirname "$0")/lib/slow_clients.py" "$@"
