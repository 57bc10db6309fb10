#!/usr/bin/env python3
"""A real Kubernetes control plane on loopback, for tests: etcd, kube-apiserver and
kube-controller-manager, without nodes and without a kubelet. Standard library only.

    control_plane.py build           builds the two that nobody ships, once for each version
    control_plane.py start FOLDER [FLAG ...]
                                     starts all three; prints the path of an administrator's kubeconfig;
                                     flags are for the kube-controller-manager
    control_plane.py stop FOLDER     ends what was started there
    control_plane.py restart FOLDER NAME   ends one of the three at once, and starts it again

The exit status is 3 where something that this needs is not installed, and the message says what.
"""

import json
import os
import re
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
MODULE = os.path.join(os.path.dirname(os.path.dirname(HERE)), "src", "test", "kube")
CACHE = os.path.join(
    os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "ebb", "kubernetes"
)
BUILT = ("kube-apiserver", "kube-controller-manager")
MISSING = 3
READY_SECONDS = 90
STOP_SECONDS = 20

# Without a kubelet there are no heartbeats, and nodes would be tainted for that; the others want a
# cloud or addresses for nodes.
CONTROLLERS = (
    "*,-nodelifecycle,-node-ipam-controller,-node-route-controller,"
    "-service-lb-controller,-cloud-node-lifecycle-controller"
)


# What accounts of pods ask for, one line of JSON each, in audit.log: a test compares it with their
# rights.
AUDIT = {
    "apiVersion": "audit.k8s.io/v1",
    "kind": "Policy",
    "omitStages": ["RequestReceived"],
    "rules": [
        {"level": "Metadata", "userGroups": ["system:serviceaccounts:ebb-system"]},
        {"level": "None"},
    ],
}


class Missing(Exception):
    """Something to install; the message says how."""


def tool(name, hint, places=""):
    found = shutil.which(name) or shutil.which(name, path=places)
    if found is None:
        raise Missing(f"{name} is not installed: {hint}")
    return found


def go():
    """Go, if it is new enough to be enough, or to fetch itself a newer one (1.21 and later do)."""
    found = tool("go", "Go 1.26 or later, see https://go.dev/dl", "/usr/local/go/bin:/usr/lib/go/bin")
    said = subprocess.run([found, "version"], capture_output=True, text=True, check=False).stdout
    numbers = re.search(r"go(\d+)\.(\d+)", said)
    if numbers and (int(numbers[1]), int(numbers[2])) < (1, 21):
        raise Missing(f"{said.strip()} is too old: Go 1.26 or later, see https://go.dev/dl")
    return found


def version():
    """The version of Kubernetes that the module asks for, without the v."""
    with open(os.path.join(MODULE, "go.mod"), encoding="utf-8") as file:
        return re.search(r"k8s\.io/kubernetes v(\S+)", file.read()).group(1)


def binaries():
    """Where each of the two is, or will be."""
    return {name: os.path.join(CACHE, version(), name) for name in BUILT}


def build():
    missing = [n for n, path in binaries().items() if not os.path.exists(path)]
    if not missing:
        return
    program = go()
    major, minor = version().split(".")[:2]
    stamp = "k8s.io/component-base/version"
    flags = (
        f"-s -w -X {stamp}.gitVersion=v{version()}"
        f" -X {stamp}.gitMajor={major} -X {stamp}.gitMinor={minor}"
    )
    environment = {**os.environ, "CGO_ENABLED": "0", "GOWORK": "off", "GOFLAGS": "-mod=readonly"}
    environment.setdefault("GOTOOLCHAIN", "auto")
    parallel = os.environ.get("EBB_GO_PARALLEL", "2")
    os.makedirs(os.path.join(CACHE, version()), exist_ok=True)
    for name in missing:
        print(f"building {name} {version()}: about six minutes of CPU, once", flush=True)
        path = binaries()[name]
        command = [program, "build", "-p", parallel, "-ldflags", flags, "-o", path + ".new", f"./{name}"]
        done = subprocess.run(command, cwd=MODULE, env=environment, check=False)
        if done.returncode != 0:
            raise SystemExit(f"{name} could not be built; go says why above")
        os.replace(path + ".new", path)


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def openssl(folder, *arguments):
    program = tool("openssl", "apt-get install openssl")
    subprocess.run([program, *arguments], cwd=folder, check=True, capture_output=True)


def certificates(folder):
    """A certificate for the API server that is its own authority, and a key for accounts."""
    openssl(
        folder,
        *"req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30".split(),
        *"-subj /CN=ebb-test -addext subjectAltName=IP:127.0.0.1,DNS:localhost".split(),
        *"-keyout server.key -out server.crt".split(),
    )
    openssl(folder, *"genrsa -out accounts.key 2048".split())
    openssl(folder, *"rsa -in accounts.key -pubout -out accounts.pub".split())


def kubeconfig(folder, name, port, token):
    """JSON is YAML."""
    path = os.path.join(folder, f"{name}.kubeconfig")
    cluster = {
        "server": f"https://127.0.0.1:{port}",
        "certificate-authority": os.path.join(folder, "server.crt"),
    }
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "test", "cluster": cluster}],
        "users": [{"name": name, "user": {"token": token}}],
        "contexts": [{"name": "test", "context": {"cluster": "test", "user": name}}],
        "current-context": "test",
    }
    with open(path, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=1)
    return path


def launch(folder, name, command):
    with open(os.path.join(folder, f"{name}.log"), "wb") as log:
        child = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    with open(os.path.join(folder, "pids"), "a", encoding="utf-8") as file:
        file.write(f"{child.pid} {started(child.pid)} {name}\n")
    return child


def started(pid):
    """When a process began, in ticks since boot: tells it from a later one with its number."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rpartition(")")[2].split()[19]
    except OSError:
        return None


def start(folder, flags):
    etcd = tool("etcd", "apt-get install etcd-server")
    for name, path in binaries().items():
        if not os.path.exists(path):
            raise Missing(f"{name} {version()} is not built: {__file__} build")
    os.makedirs(folder, mode=0o700, exist_ok=True)
    folder = os.path.abspath(folder)
    certificates(folder)
    token, person = secrets.token_hex(16), secrets.token_hex(16)
    with open(os.path.join(folder, "tokens.csv"), "w", encoding="utf-8") as file:
        file.write(f'{token},admin,admin,"system:masters"\n{person},ebb,ebb,"ebb"\n')
    with open(os.path.join(folder, "audit-policy.json"), "w", encoding="utf-8") as file:
        json.dump(AUDIT, file)
    client, peer, api, manager = free_ports(4)
    admin = kubeconfig(folder, "admin", api, token)
    kubeconfig(folder, "ebb", api, person)
    children = []
    try:
        children.append(launch(folder, "etcd", etcd_command(etcd, folder, client, peer)))
        children.append(launch(folder, "kube-apiserver", api_command(folder, client, api)))
        until(children, folder, lambda: answers(folder, api, token, "/readyz"))
        children.append(launch(folder, "kube-controller-manager", manager_command(admin, manager) + flags))
        # The first thing of the controllers that can be seen from outside.
        account = "/api/v1/namespaces/default/serviceaccounts/default"
        until(children, folder, lambda: answers(folder, api, token, account))
    except BaseException:
        stop(folder)
        raise
    print(admin)


def etcd_command(etcd, folder, client, peer):
    return [
        etcd,
        f"--data-dir={folder}/etcd",
        "--unsafe-no-fsync",
        f"--listen-client-urls=http://127.0.0.1:{client}",
        f"--advertise-client-urls=http://127.0.0.1:{client}",
        f"--listen-peer-urls=http://127.0.0.1:{peer}",
        f"--initial-advertise-peer-urls=http://127.0.0.1:{peer}",
        f"--initial-cluster=default=http://127.0.0.1:{peer}",
    ]


def api_command(folder, etcd_port, port):
    return [
        binaries()["kube-apiserver"],
        f"--etcd-servers=http://127.0.0.1:{etcd_port}",
        "--bind-address=127.0.0.1",
        f"--secure-port={port}",
        # Kept for documentation (RFC 5737); nobody is told of it, see the reconciler.
        "--advertise-address=192.0.2.1",
        "--endpoint-reconciler-type=none",
        f"--tls-cert-file={folder}/server.crt",
        f"--tls-private-key-file={folder}/server.key",
        f"--token-auth-file={folder}/tokens.csv",
        "--authorization-mode=RBAC",
        f"--audit-policy-file={folder}/audit-policy.json",
        f"--audit-log-path={folder}/audit.log",
        "--disable-admission-plugins=ServiceAccount",
        "--service-cluster-ip-range=10.98.0.0/16",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={folder}/accounts.pub",
        f"--service-account-signing-key-file={folder}/accounts.key",
    ]


def manager_command(admin, port):
    return [
        binaries()["kube-controller-manager"],
        f"--kubeconfig={admin}",
        "--bind-address=127.0.0.1",
        f"--secure-port={port}",
        f"--cert-dir={os.path.dirname(admin)}",
        "--leader-elect=false",
        f"--controllers={CONTROLLERS}",
    ]


def answers(folder, port, token, path):
    context = ssl.create_default_context(cafile=os.path.join(folder, "server.crt"))
    request = urllib.request.Request(
        f"https://127.0.0.1:{port}{path}", headers={"Authorization": f"Bearer {token}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=5, context=context) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def until(children, folder, condition):
    deadline = time.monotonic() + READY_SECONDS
    while not condition():
        dead = [c for c in children if c.poll() is not None]
        if dead or time.monotonic() > deadline:
            program = os.path.basename(dead[0].args[0]) if dead else children[-1].args[0]
            name = os.path.basename(program)
            with open(os.path.join(folder, f"{name}.log"), encoding="utf-8") as log:
                last = "".join(log.readlines()[-5:])
            raise SystemExit(f"{name} {'ended' if dead else 'is not ready'}:\n{last}")
        time.sleep(0.1)


def stop(folder):
    """Controllers first, so that nothing complains of what is gone."""
    try:
        with open(os.path.join(folder, "pids"), encoding="utf-8") as file:
            lines = [line.split() for line in file][::-1]
    except FileNotFoundError:
        return
    for number in (signal.SIGTERM, signal.SIGKILL):
        for pid, began, _ in lines:
            if started(pid) == began:
                os.kill(int(pid), number)
        deadline = time.monotonic() + STOP_SECONDS
        while any(alive(*line) for line in lines) and time.monotonic() < deadline:
            time.sleep(0.05)
    os.remove(os.path.join(folder, "pids"))


def restart(folder, name):
    """As after a crash; what it was started with is in /proc."""
    folder = os.path.abspath(folder)
    path = os.path.join(folder, "pids")
    with open(path, encoding="utf-8") as file:
        lines = [line.split() for line in file]
    pid, began, _ = next(line for line in lines if line[2] == name)
    if started(pid) != began:
        raise SystemExit(f"{name} has ended by itself")
    with open(f"/proc/{pid}/cmdline", encoding="utf-8") as file:
        command = file.read().rstrip("\0").split("\0")
    os.kill(int(pid), signal.SIGKILL)
    while alive(pid, began, name):
        time.sleep(0.05)
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(" ".join(line) + "\n" for line in lines if line[2] != name)
    child = launch(folder, name, command)
    with open(os.path.join(folder, "admin.kubeconfig"), encoding="utf-8") as file:
        config = json.load(file)
    port = int(config["clusters"][0]["cluster"]["server"].rpartition(":")[2])
    token = config["users"][0]["user"]["token"]
    until([child], folder, lambda: answers(folder, port, token, "/readyz"))


def alive(pid, began, _):
    """A child of this very process that has ended is waited for, else it would stay a zombie."""
    try:
        os.waitpid(int(pid), os.WNOHANG)
    except ChildProcessError:
        pass
    return started(pid) == began


def main(arguments):
    try:
        match arguments:
            case ["build"]:
                build()
            case ["start", folder, *flags]:
                start(folder, flags)
            case ["restart", folder, name]:
                restart(folder, name)
            case ["stop", folder]:
                stop(folder)
            case _:
                raise SystemExit(__doc__)
    except Missing as missing:
        print(missing, file=sys.stderr)
        return MISSING
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
