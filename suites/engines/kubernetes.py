#!/usr/bin/env python3
"""The Kubernetes driver's tests against a real control plane, see control_plane.py, and what is
installed, rendered by the real kustomize and Helm, see charts.py.

Skips with a message where Go, etcd or openssl is not installed; fails where a test does.
"""

import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
HOME = os.path.dirname(os.path.dirname(HERE))
MISSING = 3


def call(script, *arguments):
    command = [sys.executable, os.path.join(HERE, script), *arguments]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode == MISSING:
        print(f"kubernetes: skipped: {done.stderr.strip()}")
        sys.exit(0)
    if done.returncode != 0:
        sys.exit(f"kubernetes: {done.stderr.strip()}")


def plane(*arguments):
    call("control_plane.py", *arguments)


def main():
    plane("build")
    call("charts.py", "build")
    with tempfile.TemporaryDirectory(prefix="ebb-kube-") as folder:
        plane("start", folder)
        try:
            call("charts.py", "render", folder)
            environment = {**os.environ, "EBB_TEST_KUBE": folder}
            command = ["make", "-s", "-C", HOME, "engines-kubernetes-tests"]
            return subprocess.run(command, env=environment, check=False).returncode
        finally:
            plane("stop", folder)


if __name__ == "__main__":
    sys.exit(main())
