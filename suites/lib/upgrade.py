"""Upgrades of Ebb under load, retries off: no request fails, and the instances run on.

First five that succeed, then some that fail at each step, one after the other: the new process
dies, says nothing, refuses, is killed or stopped in the midst of it, or its configuration is bad.
After each of them the old process is in charge, and in the end it can still let an instance go.

All the while there are requests of several kinds: in an open loop over connections that are kept,
with an id for each (see CheckClient); as fast as possible over connections that are kept (wrk);
over HTTP/2, without TLS and with it (h2load); and each over a connection of its own (hey), without
TLS and with it. Besides, WebSockets and server-sent events over TLS that nobody ends but Ebb (see
Streams), with a certificate for each of two names.
"""

import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from suite import EBB, LIB, SERVICE, CheckClient, Ebb, Suite, answered_ids, end, free_port
from suite import tool, wait_until
from streams import MOVED, Streams

UPGRADES = int(os.environ.get("UPGRADES", "5"))
RATE = 100
INSTANCES = 3
NAMES = ("one.suite.test", "two.suite.test")

CONFIG = """
listen: 127.0.0.1:@port@
tls:
  listen: 127.0.0.1:@tls@
  certificates:
    - {certificate: one.suite.test/certificate.pem, key: one.suite.test/key.pem}
    - {certificate: two.suite.test/certificate.pem, key: two.suite.test/key.pem}
tick: 200ms
gateway: {shutdown: 10s, timeouts: {drain-spread: 2s}}
services:
  check:
    run: {command: @command@}
    instances: {min: 1, max: 4, initial: 3}
    ready: {http: /health, interval: 500ms, timeout: 500ms, fall: 10}
    resources: {cpu: 8, memory: 1Gi}
    balance:
      slow-start: 0s
      retry: {enabled: false}
    policy:
      out: {window: 1s}
      in:
        window: 1s
        stabilization: 1s
        candidate-below: 100%
        host-busy: 100%
        unavailability-budget: 60%
      trial: {shortest: 200ms, longest: 1s}
"""


class Process:
    """The Ebb that is in charge, child of ours or not."""

    def __init__(self, ebb):
        self.ebb = ebb
        self.first = ebb.process

    @property
    def pid(self):
        try:
            with open(os.path.join(self.ebb.state, "admin.json")) as file:
                return json.load(file)["pid"]
        except (OSError, ValueError):
            return self.first.pid

    def poll(self):
        self.first.poll()
        try:
            with open(f"/proc/{self.pid}/stat") as file:
                return None if file.read().rsplit(")", 1)[1].split()[0] not in "ZX" else 0
        except OSError:
            return 0


class Loads:
    """Everything that is sent, until it is asked what came of it."""

    def __init__(self, suite, port, secured):
        self.suite = suite
        files = [os.path.join(suite.folder, name, "certificate.pem") for name in NAMES]
        self.streams = Streams(secured, NAMES, files)
        self.checking = CheckClient(suite, port, RATE, "up", "get", "post", "stream=/stream?n=5")
        url = f"http://127.0.0.1:{port}/"
        tls = f"https://{NAMES[1]}/"
        to = f"--connect-to=127.0.0.1:{secured}"
        self.outside = {}
        self.changes = []
        self.ended = os.path.join(suite.folder, "loads.end")
        if tool("wrk"):
            self.spawn("wrk", [tool("wrk"), "-t1", "-c4", "-d900", "--timeout", "20", url])
        if tool("hey"):
            words = ["-z", "900s", "-c", "4", "-q", "5", "-t", "20", "-disable-keepalive", url]
            self.spawn("hey", [tool("hey"), *words])
            words[-1] = f"https://127.0.0.1:{secured}/"
            self.spawn("hey over TLS", [tool("hey"), *words])
        if tool("h2load"):
            script = 'end=$1; shift; while [ ! -e "$end" ]; do "$@"; done'
            words = ["sh", "-c", script, "sh", self.ended, tool("h2load"), "-c4", "-m4", "-n400"]
            self.spawn("h2load", [*words, "--rps=40", url])
            self.spawn("h2load over TLS", [*words, "--rps=20", to, tls])

    def spawn(self, name, command):
        output = open(os.path.join(self.suite.folder, f"{name}.out"), "w+")
        child = self.suite.spawn(command, stdout=output, stderr=subprocess.STDOUT)
        self.outside[name] = (child, output)

    def report(self, name):
        child, output = self.outside[name]
        if not name.startswith("h2load"):
            child.send_signal(signal.SIGINT)
        child.wait(timeout=60)
        output.seek(0)
        return output.read()

    def judge(self):
        open(self.ended, "w").close()
        requests = self.checking.finish()
        bad = [f"{r.id} {r.kind} {r.outcome}" for r in requests if r.outcome != "ok"]
        self.suite.check(
            requests and not bad,
            f"open loop, keep-alive: {len(requests)} requests, 0 failed",
            f"{len(bad)}: {bad[:10]}",
        )
        ids, _ = answered_ids(self.suite)
        twice = [r.id for r in requests if ids[r.id] != 1]
        self.suite.check(not twice, "each was done exactly once", twice[:10])
        if "wrk" in self.outside:
            report = self.report("wrk")
            count = int(re.search(r"(\d+) requests in", report).group(1))
            wrong = re.findall(r"(Non-2xx.*|Socket errors.*|unable.*)", report)
            self.suite.check(count and not wrong, f"wrk, keep-alive: {count}, 0 failed", wrong)
        for name in self.outside:
            if name.startswith("hey"):
                report = self.report(name)
                codes = dict(re.findall(r"\[(\d+)\]\s+(\d+) responses", report))
                wrong = "Error distribution" in report or set(codes) != {"200"}
                tail = report[-600:] if wrong else ""
                text = f"{name}, new connections: {codes.get('200')}, 0 failed"
                self.suite.check(not wrong, text, tail)
            if name.startswith("h2load"):
                report = self.report(name)
                pattern = r"requests: (\d+) total, \d+ started, \d+ done, (\d+) succeeded"
                runs = [tuple(map(int, m)) for m in re.findall(pattern, report)]
                total, good = sum(r[0] for r in runs), sum(r[1] for r in runs)
                text = f"{name}, HTTP/2: {total} in {len(runs)} runs, 0 failed"
                self.suite.check(total and total == good, text, f"{total - good} failed")
        self.judge_streams()

    def judge_streams(self):
        """That each lived on in the process that it began in, and was asked to move in the end."""
        lives = self.streams.finish()
        bad = [life for life in lives if life.outcome not in MOVED]
        for kind in ("WebSocket", "Events"):
            mine = [life for life in lives if life.kind == kind]
            messages, how = sum(m.messages for m in mine), {m.outcome for m in mine}
            text = f"{kind} over TLS: {len(mine)} moved ({', '.join(how)}), {messages} messages"
            wrong = [life for life in bad if life.kind == kind]
            self.suite.check(mine and not wrong, f"{text}, 0 cut", wrong[:5])
            over = [m for m in mine if any(m.began < at < m.last for at in self.changes)]
            enough = len(over) > len(self.changes) / 2
            text = f"{kind}: {len(over)} went on in the old process after the new one took over"
            self.suite.check(enough, text, f"of {len(mine)}, {len(self.changes)} changes")


def pids(suite):
    """instance -> pid, from the operating system."""
    return {name: pid for pid, (name, _) in suite.instances_by_environment().items()}


def steps(ebb):
    try:
        with open(os.path.join(ebb.state, "upgrade.jsonl")) as file:
            return [json.loads(line) for line in file if line.endswith("\n")]
    except OSError:
        return []


def shown(suite, port, name):
    """The serial number of the certificate that a client gets who asks for this name."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(os.path.join(suite.folder, name, "certificate.pem"))
    with socket.create_connection(("127.0.0.1", port), timeout=10) as plain:
        with context.wrap_socket(plain, server_hostname=name) as secured:
            return secured.getpeercert()["serialNumber"]


def certificate(suite, name):
    folder = os.path.join(suite.folder, name)
    words = [EBB, "certificate", name, "--folder", folder, "--force"]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)


def upgrade(suite, ebb, number, loads):
    before, old = pids(suite), ebb.process.pid
    began = time.monotonic()
    done = ebb.command("upgrade", "--program", EBB, check=False)
    ended = time.monotonic()
    took = ended - began
    after = {step["step"]: step["after_ms"] / 1e3 for step in steps(ebb)}
    if "left" in after:
        # A little too late, as the command takes some time to end: so it claims nothing.
        loads.changes.append(ended - after["left"] + after["in charge"])
    new = ebb.process.pid
    suite.check(
        done.returncode == 0 and new != old and pids(suite) == before,
        f"upgrade {number}: pid {old} to {new} in {took:.1f} s, the same {len(before)} instances",
        f"{done.stdout}{done.stderr} {before} {pids(suite)}",
    )


def failed(suite, ebb, what, begin, clear):
    """An upgrade that must fail, with an exit code, a sentence, and the old process in charge."""
    before, old = pids(suite), ebb.process.pid
    done = begin()
    text = done.stderr.strip().splitlines()
    good = done.returncode in (1, 2) and text and re.search(clear, text[-1])
    ebb.wait_serving(INSTANCES, 30)
    same = ebb.process.pid == old and pids(suite) == before
    suite.check(
        good and same,
        f"{what}: refused, pid {old} in charge",
        f"code {done.returncode}, {done.stdout}{done.stderr}, {old} {ebb.process.pid},"
        f" {before} {pids(suite)}",
    )


def impostor(suite, step, how):
    path = os.path.join(suite.folder, f"impostor-{step}-{how}")
    with open(path, "w") as file:
        program = os.path.join(LIB, "impostor.py")
        file.write(f'#!/bin/sh\nexec "{sys.executable}" "{program}" {step} {how} "$@"\n')
    os.chmod(path, 0o700)
    return path


def disturbed(suite, ebb, step, number):
    """A real upgrade whose new process gets a signal as soon as a step is done."""
    # A line of an earlier one must not be taken for one of this.
    path = os.path.join(ebb.state, "upgrade.jsonl")
    if os.path.exists(path):
        os.remove(path)
    words = [EBB, "upgrade", "--program", EBB, "--timeout", "4", "--state", ebb.state]
    pipe = subprocess.PIPE
    child = suite.spawn(words, stdout=pipe, stderr=pipe, text=True, cwd=suite.folder)
    wait_until(lambda: step in [s["step"] for s in steps(ebb)], 30, f"the step {step}")
    new = int(re.search(r"pid (\d+)", steps(ebb)[0]["text"]).group(1))
    end(new, number)
    out, err = child.communicate(timeout=100)
    return subprocess.CompletedProcess(words, child.returncode, out, err)


def failures(suite, ebb):
    bad = os.path.join(suite.folder, "bad.yaml")
    with open(bad, "w") as file:
        file.write("listen: nowhere\nservices: {}\n")
    run = lambda *words: lambda: ebb.command("upgrade", *words, check=False)
    failed(suite, ebb, "a bad configuration", run("--program", EBB, "--config", bad), "nothing was")
    broken = os.path.join(suite.folder, "broken.pem")
    with open(broken, "w") as file:
        file.write("-----BEGIN CERTIFICATE-----\nnone\n-----END CERTIFICATE-----\n")
    with open(ebb.file) as file, open(bad, "w") as other:
        other.write(file.read().replace(f"{NAMES[1]}/certificate.pem", broken))
    words = ("--program", EBB, "--config", bad)
    failed(suite, ebb, "a certificate that is none", run(*words), "TLS in|broken.pem|nothing was")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        busy = os.path.join(suite.folder, "busy.yaml")
        with open(ebb.file) as file:
            address = f"listen: 127.0.0.1:{taken.getsockname()[1]}"
            text = re.sub("^listen: .*", address, file.read(), flags=re.MULTILINE)
        with open(busy, "w") as file:
            file.write(text)
        words = ("--program", EBB, "--config", busy)
        failed(suite, ebb, "a port that is taken", run(*words), "in use by another program")
    for step in ("start", "connect", "greeting", "received", "released", "yours"):
        words = ("--program", impostor(suite, step, "die"))
        clear = "has ended|ended with code"
        failed(suite, ebb, f"the new process dies at '{step}'", run(*words), clear)
    for step in ("start", "received", "released", "yours"):
        words = ("--program", impostor(suite, step, "mute"), "--timeout", "1")
        clear = "within 1 s|nothing for 1 s"
        failed(suite, ebb, f"the new process is mute at '{step}'", run(*words), clear)
    words = ("--program", impostor(suite, "released", "fail"))
    failed(suite, ebb, "the new process says no", run(*words), "it does not want to")
    for step, number, clear in (
        ("prepared", signal.SIGKILL, "has ended"),
        ("released", signal.SIGKILL, "has ended"),
        ("released", signal.SIGSTOP, "nothing for 4 s"),
    ):
        what = f"{number.name} at '{step}'"
        failed(suite, ebb, what, lambda: disturbed(suite, ebb, step, number), clear)


def scales_in(suite, ebb):
    ebb.command("scale", SERVICE, str(INSTANCES - 1))
    ebb.wait_serving(INSTANCES - 1, 60)
    suite.check(len(pids(suite)) == INSTANCES - 1, "it still lets an instance go")
    ebb.command("scale", SERVICE, str(INSTANCES))
    ebb.wait_serving(INSTANCES, 60)


def main():
    with Suite("upgrade") as suite:
        port = free_port()
        secured = free_port()
        for name in NAMES:
            certificate(suite, name)
        ebb = Ebb(suite, suite.config(CONFIG, port=port, tls=secured)).start()
        ebb.process = Process(ebb)
        try:
            ebb.command("scale", SERVICE, str(INSTANCES))
            ebb.wait_serving(INSTANCES)
            loads = Loads(suite, port, secured)
            for number in range(1, UPGRADES + 1):
                upgrade(suite, ebb, number, loads)
            serials = [shown(suite, secured, name) for name in NAMES]
            good = len(set(serials)) == len(NAMES)
            suite.check(good, "the new process has the certificate of each name", serials)
            scales_in(suite, ebb)
            failures(suite, ebb)
            scales_in(suite, ebb)
            upgrade(suite, ebb, "after the failed ones", loads)
            loads.judge()
            story = ebb.command("explain", SERVICE).stdout
            suite.check("upgraded from version" in story, "the story tells of it", story[-800:])
            ebb.command("stop")
            suite.check(not suite.instances_by_environment(), "no instance is left")
        finally:
            if ebb.process.poll() is None:
                end(ebb.process.pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
