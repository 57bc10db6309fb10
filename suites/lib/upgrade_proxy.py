"""The same for `ebb proxy --state`: replaced by itself under load, and upgrades that fail.

The loads, the impostors and the judgement are those of upgrade.py. There are no instances to keep,
but two fixed addresses; one certificate has both names.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from suite import EBB, Ebb, Suite, end, free_port, wait_until
from upgrade import NAMES, Loads, Process, disturbed, failed, impostor, upgrade

UPGRADES = int(os.environ.get("UPGRADES", "3"))
INSTANCES = 2
SHUTDOWN_SECONDS = 10


class Proxy(Ebb):
    """One `ebb proxy` with a state directory, in front of the suite's own services."""

    def __init__(self, suite, port, secured):
        super().__init__(suite, None)
        self.port, self.secured = port, secured

    def begin_in_front_of(self, addresses):
        folder = os.path.join(self.suite.folder, NAMES[0])
        command = [EBB, "proxy", "--state", self.state, "--to", ",".join(addresses)]
        command += ["--listen", f"127.0.0.1:{self.port}", "--tls", f"127.0.0.1:{self.secured}"]
        command += ["--certificate", os.path.join(folder, "certificate.pem")]
        command += ["--key", os.path.join(folder, "key.pem"), "--check", "/health"]
        command += ["--shutdown", str(SHUTDOWN_SECONDS)]
        with open(self.output, "ab") as out:
            self.process = self.suite.spawn(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=self.suite.folder
            )
        self.process = Process(self)
        self.wait_serving(INSTANCES)
        # It answers a little before it can be asked for anything else.
        admin = os.path.join(self.state, "admin.json")
        wait_until(lambda: os.path.exists(admin), 30, "the proxy's admin API")

    def wait_serving(self, count, seconds=60):
        """Of `count` nothing is asked: there are as many as there always were."""
        wait_until(lambda: self.alive() and self.answers(), seconds, "the proxy's answer")

    def answers(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
                connection.sendall(b"GET / HTTP/1.1\r\nHost: suite\r\nConnection: close\r\n\r\n")
                return connection.recv(64).startswith(b"HTTP/1.1 200")
        except OSError:
            return False


def services(suite):
    """Addresses of what stands behind the proxy."""
    addresses = []
    for number in range(1, INSTANCES + 1):
        port, name = free_port(), f"static-{number}"
        command = suite.java_command("IdServer", port, suite.notes, name)
        environment = {**os.environ, "EBB_INSTANCE": name}
        suite.spawn(command, stdin=subprocess.DEVNULL, env=environment)
        addresses.append(f"127.0.0.1:{port}")
    return addresses


def certificate(suite):
    """One with both names, where the loads look for each."""
    folder = os.path.join(suite.folder, NAMES[0])
    words = [EBB, "certificate", *NAMES, "--folder", folder, "--force"]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    shutil.copytree(folder, os.path.join(suite.folder, NAMES[1]))


def failures(suite, proxy):
    run = lambda *words: lambda: proxy.command("upgrade", *words, check=False)
    for step in ("start", "received", "released", "yours"):
        words = ("--program", impostor(suite, step, "die"))
        clear = "has ended|ended with code"
        failed(suite, proxy, f"the new process dies at '{step}'", run(*words), clear)
    words = ("--program", impostor(suite, "released", "mute"), "--timeout", "1")
    failed(suite, proxy, "the new process is mute", run(*words), "within 1 s|nothing for 1 s")
    words = ("--program", impostor(suite, "released", "fail"))
    failed(suite, proxy, "the new process says no", run(*words), "it does not want to")
    for step in ("prepared", "released"):
        kill = lambda: disturbed(suite, proxy, step, signal.SIGKILL)
        failed(suite, proxy, f"SIGKILL at '{step}'", kill, "has ended")


def main():
    with Suite("upgrade-proxy") as suite:
        port, secured = free_port(), free_port()
        certificate(suite)
        proxy = Proxy(suite, port, secured)
        proxy.begin_in_front_of(services(suite))
        try:
            loads = Loads(suite, port, secured)
            for number in range(1, UPGRADES + 1):
                upgrade(suite, proxy, number, loads)
            failures(suite, proxy)
            upgrade(suite, proxy, "after the failed ones", loads)
            loads.judge()
            proxy.command("stop")
            wait_until(lambda: proxy.process.poll() is not None, 30, "the proxy's end")
            suite.check(not proxy.answers(), "it has ended, and accepts nothing more")
        finally:
            if proxy.process.poll() is None:
                end(proxy.process.pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
