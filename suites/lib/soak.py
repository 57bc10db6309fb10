"""Half of what it can carry, for minutes, while instances are parked, rescued, stopped, started,
restarted and killed all the time: no request fails, and memory stays flat.

usage: soak.py [--minutes 10] [--protocol h1|h2] [--seed N]

The load is h2load at a fixed rate, and beside it the checking client, whose requests have ids. How
much "half" is, is measured first. Memory: what the process holds (RSS) as a straight line through
the time after the first fifth, and the heap and the open files after a full collection, early and
late. Not part of CI.
"""

import argparse
import http.client
import json
import os
import random
import re
import signal
import subprocess
import threading
import time

from suite import (
    SERVICE, CheckClient, Ebb, Suite, answered_ids, end, free_port, percentile, tool, wait_until,
)

FEW, MANY = 3, 6
CONNECTIONS = 16
CHECKED_RATE_MAX = 50
RSS_GROWTH_MAX = 0.10
HEAP_GROWTH_MAX_KIB = 4096

CONFIG = """
listen: 127.0.0.1:@port@
tick: 200ms
services:
  check:
    run: {command: @command@}
    instances: {min: 2, max: 6, initial: 5}
    ready: {http: /health, interval: 500ms, timeout: 500ms, rise: 1, fall: 6}
    resources: {cpu: 8, memory: 1Gi}
    balance:
      slow-start: 0s
      retry: {max-attempts: 5, budget: 50%, budget-floor: 100}
    policy:
      out: {window: 1s}
      in:
        window: 2s
        stabilization: 1s
        candidate-below: 100%
        host-busy: 100%
        unavailability-budget: 60%
      trial: {shortest: 300ms, longest: 1500ms}
      start: {backoff: 200ms, crash-limit: 1000}
"""


def h2load(protocol, *options):
    plain = ["--h1"] if protocol == "h1" else ["-m", "4"]
    return [tool("h2load"), *plain, "-c", str(CONNECTIONS), "-t", "1", *map(str, options)]


def counts(report):
    """(succeeded, everything else, 2xx) of h2load's report."""
    total = re.search(
        r"(\d+) total, (\d+) started, (\d+) done, (\d+) succeeded, (\d+) failed,"
        r" (\d+) errored, (\d+) timeout",
        report,
    )
    if not total:
        raise AssertionError(f"h2load said: {report[-800:]}")
    good, bad = int(total[4]), int(total[5])
    return good, bad, int(re.search(r"status codes: (\d+) 2xx", report)[1])


def saturation(suite, protocol, url):
    """Requests a second that it carries when asked for all it can, once it is warm."""
    best = 0.0
    for _ in range(2):
        report = subprocess.run(
            h2load(protocol, "-D", 6, url), capture_output=True, text=True, timeout=60, check=True
        ).stdout
        best = float(re.search(r"finished in .*?, ([\d.]+) req/s", report)[1])
    suite.say(f"saturated: {best:.0f} requests a second")
    return best


class Memory(threading.Thread):
    """Samples RSS of a process every two seconds."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid = pid
        self.samples = []
        self.ended = threading.Event()

    def run(self):
        began = time.monotonic()
        while not self.ended.wait(2):
            self.samples.append((time.monotonic() - began, kib(self.pid, "VmRSS")))

    def growth(self):
        """(MiB a minute, share of the mean that it grew by), of a line by least squares."""
        late = [s for s in self.samples if s[0] >= self.samples[-1][0] / 5]
        mean_t = sum(t for t, _ in late) / len(late)
        mean_m = sum(m for _, m in late) / len(late)
        square = sum((t - mean_t) ** 2 for t, _ in late)
        slope = sum((t - mean_t) * (m - mean_m) for t, m in late) / square
        return slope * 60 / 1024, slope * (late[-1][0] - late[0][0]) / mean_m


def kib(pid, what):
    with open(f"/proc/{pid}/status") as file:
        return int(re.search(rf"^{what}:\s+(\d+)", file.read(), re.M)[1])


def live(suite, ebb):
    """What is left after a full collection: KiB of heap; and open files, threads."""
    pid = ebb.process.pid
    jcmd = os.path.join(suite.java, "jcmd")
    subprocess.run([jcmd, str(pid), "GC.run"], check=True, stdout=subprocess.DEVNULL, timeout=60)
    info = subprocess.run(
        [jcmd, str(pid), "GC.heap_info"], check=True, capture_output=True, text=True, timeout=60
    ).stdout
    kinds = r"^\s*(?:DefNew|Tenured)\s+total \d+K, used (\d+)K"
    used = sum(int(k) for k in re.findall(kinds, info, re.M))
    if not used:
        raise AssertionError(f"no heap in: {info}")
    return {
        "heap KiB": used,
        "open files": len(os.listdir(f"/proc/{pid}/fd")),
        "threads": len(os.listdir(f"/proc/{pid}/task")),
    }


class Trouble:
    """One thing after another that happens to instances, each an order to Ebb or a signal."""

    def __init__(self, suite, ebb, seed):
        self.suite = suite
        self.ebb = ebb
        self.chance = random.Random(seed)
        self.done = {}

    def one(self):
        what = self.chance.choice(["grow", "shrink", "park", "restart", "kill"])
        serving = sorted(self.ebb.in_state("SERVING"))
        if what in ("grow", "shrink"):
            size = MANY if what == "grow" else FEW
            self.order(type="scale", service=SERVICE, replicas=size)
        elif len(serving) < FEW:
            self.count("wait")
        elif what == "kill":
            running = {n: p for p, (n, _) in self.suite.instances_by_environment().items()}
            name = self.chance.choice(serving)
            if name in running:
                end(running[name], signal.SIGKILL)
                self.count("kill -9")
        elif what == "restart":
            self.order(type="restart", instance=self.chance.choice(serving))
        else:
            name = self.chance.choice(serving)
            self.order(type="park", instance=name)
            time.sleep(self.chance.uniform(0, 0.5))
            self.order(type="rescue", instance=name)

    def count(self, what):
        self.done[what] = self.done.get(what, 0) + 1

    def order(self, **order):
        """As the commands send it, without their start of a JVM each, which would be half the load.
        It may be refused: a victim may be gone, capacity may be short. That is part of it."""
        with open(os.path.join(self.ebb.state, "admin.json")) as file:
            admin = json.load(file)
        connection = http.client.HTTPConnection(admin["host"], admin["port"], timeout=60)
        try:
            token = {"Authorization": f"Bearer {admin['token']}"}
            connection.request("POST", "/v1/orders", json.dumps(order), token)
            answer = connection.getresponse()
            answer.read()
            what = f"{order['type']} {'done' if answer.status == 200 else 'refused'}"
            if answer.status not in (200, 409):
                raise AssertionError(f"{order}: {answer.status}")
            self.count(what)
        finally:
            connection.close()

    def until(self, when):
        while time.monotonic() < when and self.ebb.alive():
            self.one()
            time.sleep(self.chance.uniform(0, 2))


def judge(suite, ebb, report, requests, memory, early, late, done):
    good, bad, ok = counts(report)
    suite.check(good > 0 and not bad and ok == good, f"h2load: {good} answered, 0 failed", report[-900:])
    failed = [r for r in requests if r.outcome != "ok"]
    for r in failed[:20]:
        suite.say(f"  {r}")
    suite.check(
        requests and not failed, f"the checking client: {len(requests)}, 0 failed", len(failed)
    )
    ids, _ = answered_ids(suite)
    lost = [r.id for r in requests if r.id not in ids]
    suite.check(not lost, "each of its answers came from an instance", lost[:5])
    traffic = ebb.traffic()
    failures = {cause: n for cause, n in traffic["failed"].items() if n}
    suite.check(
        not failures and not traffic["truncated"],
        f"the gateway counted {traffic['requests']} requests, {traffic['retried']} retries,"
        " no failure and no cut",
        f"{failures}, {traffic['truncated']} cut",
    )
    millis = [r.micros / 1000 for r in requests]
    suite.say(
        f"  the checking client: p50 {percentile(millis, 0.5):.1f} ms,"
        f" p99 {percentile(millis, 0.99):.1f} ms, max {max(millis):.0f} ms"
    )
    slope, share = memory.growth()
    sizes = [m for _, m in memory.samples]
    suite.check(
        share < RSS_GROWTH_MAX,
        f"RSS {sizes[0] // 1024} to {sizes[-1] // 1024} MiB, {slope:+.2f} MiB a minute"
        f" after the first fifth ({share:+.1%} in all)",
        f"at most {RSS_GROWTH_MAX:.0%}",
    )
    suite.say(f"  after a collection, early: {early}; late: {late}")
    suite.check(
        late["heap KiB"] - early["heap KiB"] < HEAP_GROWTH_MAX_KIB, "the live heap is flat"
    )
    suite.check(sum(done.values()) > memory.samples[-1][0] / 15, "instances came and went", done)
    suite.check(late["open files"] <= early["open files"] + 64, "so are open files", late)
    suite.check(late["threads"] <= early["threads"] + 16, "and threads", late)


def soak(suite, arguments):
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    ebb = Ebb(suite, suite.config(CONFIG, port=port)).start()
    # Left to the policy, it would be as small as the load at the moment allows.
    ebb.command("scale", SERVICE, "5")
    ebb.wait_serving(5)
    rate = saturation(suite, arguments.protocol, url) / 2
    suite.say(f"load: {rate:.0f} requests a second for {arguments.minutes} minutes")
    seconds = arguments.minutes * 60
    memory = Memory(ebb.process.pid)
    memory.start()
    load = suite.spawn(
        h2load(arguments.protocol, f"--rps={rate / CONNECTIONS:.0f}", "-D", int(seconds), url),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    checked = min(CHECKED_RATE_MAX, rate / 10)
    client = CheckClient(suite, port, checked, "soak", "get", "get=/?wait-ms=100")
    trouble = Trouble(suite, ebb, arguments.seed)
    began = time.monotonic()
    trouble.until(began + seconds / 5)
    early = live(suite, ebb)
    trouble.until(began + seconds - 2)
    report = load.communicate(timeout=120)[0]
    suite.say(f"  done to instances: {trouble.done}")
    requests = client.finish()
    late = live(suite, ebb)
    memory.ended.set()
    judge(suite, ebb, report, requests, memory, early, late, trouble.done)
    ebb.command("stop")
    wait_until(lambda: not suite.instances_by_environment(), 30, "the end of all instances")
    suite.check(ebb.process.wait(timeout=30) == 0, "Ebb ended in order")


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--minutes", type=float, default=10)
    options.add_argument("--protocol", choices=["h1", "h2"], default="h1")
    options.add_argument("--seed", type=int, default=int(time.time()))
    arguments = options.parse_args()
    with Suite(f"soak-{arguments.protocol}") as suite:
        if tool("h2load") is None:
            raise AssertionError("h2load is not installed: apt-get install nghttp2-client")
        suite.say(f"seed {arguments.seed}")
        soak(suite, arguments)


if __name__ == "__main__":
    main()
