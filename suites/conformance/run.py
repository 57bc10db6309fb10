"""Runs conformance suites one after the other, each in its time, and writes docs/conformance.md.

usage: run.py [--full] [SUITE...]     suites: h2spec, grpc, autobahn, attacks, slow

--full runs what takes long too: Autobahn's cases of compression, minutes of gRPC soak.
"""

import argparse
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SUITES = {
    "h2spec": ("h2spec.py", 420, []),
    "grpc": ("grpc_interop.py", 420, ["--soak", "120"]),
    "autobahn": ("autobahn.py", 420, ["--full"]),
    "attacks": ("attacks.py", 420, []),
    "slow": (os.path.join("..", "lib", "slow_clients.py"), 480, []),
}
FULL_FACTOR = 8


def run(name, full):
    program, seconds, more = SUITES[name]
    command = [sys.executable, os.path.join(HERE, program), *(more if full else [])]
    child = subprocess.Popen(command)
    try:
        return child.wait(seconds * (FULL_FACTOR if full else 1)) == 0
    except subprocess.TimeoutExpired:
        print(f"{name} ran out of time", flush=True)
        child.terminate()
        try:
            child.wait(60)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        return False


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--full", action="store_true")
    parser.add_argument("suites", nargs="*", metavar="SUITE")
    options = parser.parse_args()
    for name in options.suites:
        if name not in SUITES:
            parser.error(f"no suite {name}; there are {', '.join(SUITES)}")
    failed = []
    for name in options.suites or SUITES:
        print(f"\n== conformance: {name}", flush=True)
        began = time.monotonic()
        if not run(name, options.full):
            failed.append(name)
        print(f"{name}: {time.monotonic() - began:.0f} s", flush=True)
    page = subprocess.run([sys.executable, os.path.join(HERE, "page.py")])
    if failed or page.returncode:
        print(f"Failed: {', '.join(failed) or 'the page'}")
        sys.exit(1)


if __name__ == "__main__":
    main()
