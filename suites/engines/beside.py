#!/usr/bin/env python3
"""Ebb beside the real HPA: the same pods under the same load, at the same time, on a real control
plane (control_plane.py); what it shows is in docs/kubernetes-beside-hpa.md.

    beside.py               1 cycle of the load and 1 interrupted one, and 20 of Ebb's alone with
                            short times: about 9 minutes
    beside.py --full        20 and 5 beside HPA, and writes docs/kubernetes-beside-hpa.md: under an
                            hour
    beside.py CYCLES INTERRUPTED

It runs in a network namespace of its own, in which the pods' addresses lead to this machine: nothing
outside sees it, and it goes with its last process. Skips with a message where Go, etcd, openssl,
Envoy, or the right to make such a namespace is missing; fails where a side of Ebb's breaks a promise.
"""

import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
HOME = os.path.dirname(os.path.dirname(HERE))
MISSING = 3
PAGE = "docs/kubernetes-beside-hpa.md"
PODS = "10.99.0.0/16"

# All times of both sides are divided by it; the tests' Knob has the same one, and those of Ebb.
FACTOR = 15
HPA_SECONDS = {
    "sync-period": 15,
    "downscale-stabilization": 300,
    "cpu-initialization-period": 300,
    "initial-readiness-delay": 30,
}


def flags():
    return [f"--horizontal-pod-autoscaler-{k}={v // FACTOR}s" for k, v in HPA_SECONDS.items()]


def skip(why):
    print(f"beside: skipped: {why}")
    sys.exit(0)


def plane(*arguments):
    command = [sys.executable, os.path.join(HERE, "control_plane.py"), *arguments]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode == MISSING:
        skip(done.stderr.strip())
    if done.returncode != 0:
        sys.exit(f"beside: {done.stderr.strip()}")


def tests(**environment):
    command = ["make", "-s", "-C", HOME, "engines-beside-tests"]
    return subprocess.run(command, env={**os.environ, **environment}, check=False).returncode


def unshare():
    """The command that runs another one in a network of its own, and ends all that it leaves."""
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    command = ["unshare", *user, "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]
    try:
        done = subprocess.run([*command, "true"], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        skip("unshare is not installed: apt-get install util-linux")
    if done.returncode != 0:
        skip(f"no network namespace can be made: {done.stderr.strip()}")
    return command


def tool(name):
    return shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin:/sbin")


def outside(counts, page):
    if not tool("ip"):
        skip("ip is not installed: apt-get install iproute2")
    command = unshare()
    plane("build")
    envoy = os.path.join(HOME, "bench", "proxy", "install")
    if subprocess.run([envoy, "envoy"], check=False).returncode != 0:
        skip("Envoy could not be fetched")
    # Without a control plane they are skipped; Maven has then all that it needs without a network.
    if tests() != 0:
        sys.exit("beside: the tests do not compile")
    inside_command = [sys.executable, os.path.abspath(__file__), "--inside", *counts, page]
    return subprocess.run([*command, *inside_command], check=False).returncode


def inside(cycles, interrupted, quick, page):
    ip = tool("ip")
    subprocess.run([ip, "link", "set", "lo", "up"], check=True)
    subprocess.run([ip, "route", "add", "local", PODS, "dev", "lo"], check=True)
    with tempfile.TemporaryDirectory(prefix="ebb-beside-") as folder:
        plane("start", folder, *flags())
        try:
            environment = {
                "EBB_BESIDE_KUBE": folder,
                # Its pods need such addresses, too.
                "EBB_TEST_KUBE": folder,
                "EBB_BESIDE_CYCLES": cycles,
                "EBB_BESIDE_INTERRUPTED": interrupted,
                "EBB_BESIDE_QUICK": quick,
                "OFFLINE": "-o",
            }
            if page:
                environment["EBB_BESIDE_PAGE"] = page
            return tests(**environment)
        finally:
            plane("stop", folder)


def main(arguments):
    match arguments:
        case []:
            return outside(["1", "1", "20"], "")
        case ["--full"]:
            return outside(["20", "5", "0"], PAGE)
        case ["--inside", cycles, interrupted, quick, page]:
            return inside(cycles, interrupted, quick, page)
        case [cycles, interrupted] if cycles.isdigit() and interrupted.isdigit():
            return outside([cycles, interrupted, "0"], "")
        case _:
            print(__doc__, file=sys.stderr)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
