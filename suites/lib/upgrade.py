"""Upgrades of Ebb under load, retries off: no request fails, and the instances run on.

First five that succeed, then some that fail at each step, one after the other: the new process
dies, says nothing, refuses, is killed or stopped in the midst of it, or its configuration is bad.
After each of them the old process is in charge, and in the end it can still let an instance go.

All the while there are requests of four kinds: in an open loop over connections that are kept, with
an id for each (see CheckClient); as fast as possible over connections that are kept (wrk); over
HTTP/2 (h2load); and each over a connection of its own (hey).
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from suite import EBB, LIB, SERVICE, CheckClient, Ebb, Suite, answered_ids, end, free_port
from suite import tool, wait_until

UPGRADES = int(os.environ.get("UPGRADES", "5"))
RATE = 100
INSTANCES = 3

CONFIG = """
listen: 127.0.0.1:@port@
tick: 200ms
gateway: {shutdown: 10s}
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

    def __init__(self, suite, port):
        self.suite = suite
        self.checking = CheckClient(suite, port, RATE, "up", "get", "post", "stream=/stream?n=5")
        url = f"http://127.0.0.1:{port}/"
        self.outside = {}
        self.ended = os.path.join(suite.folder, "loads.end")
        if tool("wrk"):
            self.spawn("wrk", [tool("wrk"), "-t1", "-c4", "-d900", "--timeout", "20", url])
        if tool("hey"):
            words = ["-z", "900s", "-c", "4", "-q", "5", "-t", "20", "-disable-keepalive", url]
            self.spawn("hey", [tool("hey"), *words])
        if tool("h2load"):
            script = 'while [ ! -e "$1" ]; do "$2" -c 4 -m 4 -n 400 --rps=40 "$3" ; done'
            self.spawn("h2load", ["sh", "-c", script, "sh", self.ended, tool("h2load"), url])

    def spawn(self, name, command):
        output = open(os.path.join(self.suite.folder, f"{name}.out"), "w+")
        child = self.suite.spawn(command, stdout=output, stderr=subprocess.STDOUT)
        self.outside[name] = (child, output)

    def report(self, name):
        child, output = self.outside[name]
        if name != "h2load":
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
        if "hey" in self.outside:
            report = self.report("hey")
            codes = dict(re.findall(r"\[(\d+)\]\s+(\d+) responses", report))
            wrong = "Error distribution" in report or set(codes) != {"200"}
            tail = report[-600:] if wrong else ""
            text = f"hey, new connections: {codes.get('200')}, 0 failed"
            self.suite.check(not wrong, text, tail)
        if "h2load" in self.outside:
            report = self.report("h2load")
            pattern = r"requests: (\d+) total, \d+ started, \d+ done, (\d+) succeeded"
            runs = [tuple(map(int, m)) for m in re.findall(pattern, report)]
            total, good = sum(r[0] for r in runs), sum(r[1] for r in runs)
            text = f"h2load, HTTP/2: {total} in {len(runs)} runs, 0 failed"
            self.suite.check(total and total == good, text, f"{total - good} failed")


def pids(suite):
    """instance -> pid, from the operating system."""
    return {name: pid for pid, (name, _) in suite.instances_by_environment().items()}


def steps(ebb):
    try:
        with open(os.path.join(ebb.state, "upgrade.jsonl")) as file:
            return [json.loads(line) for line in file if line.endswith("\n")]
    except OSError:
        return []


def upgrade(suite, ebb, number):
    before, old = pids(suite), ebb.process.pid
    began = time.monotonic()
    done = ebb.command("upgrade", "--program", EBB, check=False)
    took = time.monotonic() - began
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
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        busy = os.path.join(suite.folder, "busy.yaml")
        with open(ebb.file) as file:
            text = re.sub("listen: .*", f"listen: 127.0.0.1:{taken.getsockname()[1]}", file.read())
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
        ebb = Ebb(suite, suite.config(CONFIG, port=port)).start()
        ebb.process = Process(ebb)
        try:
            ebb.command("scale", SERVICE, str(INSTANCES))
            ebb.wait_serving(INSTANCES)
            loads = Loads(suite, port)
            for number in range(1, UPGRADES + 1):
                upgrade(suite, ebb, number)
            scales_in(suite, ebb)
            failures(suite, ebb)
            scales_in(suite, ebb)
            upgrade(suite, ebb, "after the failed ones")
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
