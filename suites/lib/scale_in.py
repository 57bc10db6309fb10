"""Park-and-stop cycles under load from outside, retries off: nothing fails, and every count agrees.

Load tools that cannot tell one request from another (wrk, h2load, hey) are compared by counts: what
the client was answered is what instances have answered. Beside them all the while runs a client
with an id for each request, in an open loop: each of its requests, GET or POST, is answered by
exactly one instance, and none is done twice. A cycle is: from five instances to three, and back.
"""

import os
import re
import signal
import subprocess
import time

from suite import (
    LIB, SERVICE, CheckClient, Ebb, Suite, answered_counts, answered_ids, free_port, percentile,
    tool, wait_until,
)

CYCLES = int(os.environ.get("CYCLES", "3"))
RATE = 200
CONNECTIONS = 32
MANY, FEW = 5, 3

CONFIG = """
listen: 127.0.0.1:@port@
tick: 200ms
services:
  check:
    run: {command: @command@}
    instances: {min: 1, max: 5, initial: 5}
    ready: {http: /health, interval: 500ms, timeout: 500ms, fall: 10}
    resources: {cpu: 8, memory: 1Gi}
    balance:
      slow-start: 0s
      retry: {enabled: false}
    policy:
      out: {window: 1s}
      in:
        window: 2s
        stabilization: 1s
        candidate-below: 100%
        host-busy: 100%
        unavailability-budget: 60%
      trial: {shortest: 300ms, longest: 1500ms}
"""


def drive(suite, ebb, stopped):
    """CYCLES cycles; what was stopped is added to `stopped`."""
    for cycle in range(CYCLES):
        before = set(ebb.instances())
        ebb.command("scale", SERVICE, str(FEW))
        ebb.wait_serving(FEW)
        gone = before - set(ebb.instances())
        stopped |= gone
        ebb.command("scale", SERVICE, str(MANY))
        ebb.wait_serving(MANY)
        suite.say(f"  cycle {cycle + 1}: stopped {', '.join(sorted(gone))}")


class Load:
    """An outside load tool, from its start to its report."""

    def __init__(self, suite, name, command, method):
        self.suite = suite
        self.name = name
        self.method = method
        self.answered_before = answered_counts(suite)
        self.child = suite.spawn(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def stop(self):
        self.child.send_signal(signal.SIGINT)
        return self.child.communicate(timeout=60)[0]

    def served(self):
        now = answered_counts(self.suite)
        at = 1 if self.method == "POST" else 0
        return now[at] - self.answered_before[at]


def wrk(suite, ebb, url, method, stopped):
    script = ["-s", os.path.join(LIB, "post.lua")] if method == "POST" else []
    load = Load(
        suite,
        "wrk",
        [tool("wrk"), "-t1", f"-c{CONNECTIONS}", "-d600", "--timeout", "20", *script, url],
        method,
    )
    drive(suite, ebb, stopped)
    report = load.stop()
    time.sleep(0.5)
    client = int(re.search(r"(\d+) requests in", report).group(1))
    bad = re.findall(r"(Non-2xx.*|Socket errors.*|unable.*)", report)
    suite.check(client > 0 and not bad, f"wrk {method}, saturated: {client} answered, 0 failed", bad)
    extra = load.served() - client
    suite.check(
        0 <= extra <= CONNECTIONS,
        f"wrk {method}: instances answered as many ({extra} more on their way at its end)",
        f"{client} at the client, {load.served()} at the instances",
    )


def h2load(suite, ebb, url, method, stopped):
    """Fixed numbers of requests, one run after the other, so that the counts must be equal."""
    body = os.path.join(suite.folder, "body")
    with open(body, "w") as file:
        file.write("body" * 256)
    more = ["-d", body] if method == "POST" else []
    script = 'while [ ! -e "$1" ]; do shift 0; "$2" --h1 -c 16 -n 4000 $3 "$4"; done'
    ended = os.path.join(suite.folder, f"h2load-{method}.end")
    command = ["sh", "-c", script, "sh", ended, tool("h2load"), " ".join(more), url]
    load = Load(suite, "h2load", command, method)
    drive(suite, ebb, stopped)
    open(ended, "w").close()
    report = load.child.communicate(timeout=120)[0]
    pattern = r"requests: (\d+) total, (\d+) started, (\d+) done, (\d+) succeeded, (\d+) failed"
    runs = [tuple(map(int, m)) for m in re.findall(pattern, report)]
    total = sum(r[0] for r in runs)
    good = sum(r[3] for r in runs)
    suite.check(
        total > 0 and good == total,
        f"h2load {method}, saturated: {total} requests, 0 failed",
        f"{total - good} did not succeed",
    )
    suite.check(
        load.served() == good,
        f"h2load {method}: instances answered exactly as many",
        f"{good} at the client, {load.served()} at the instances",
    )


def hey(suite, ebb, url, method, stopped):
    body = os.path.join(suite.folder, "body")
    with open(body, "w") as file:
        file.write("body" * 256)
    more = ["-D", body] if method == "POST" else []
    command = [tool("hey"), "-z", "600s", "-c", "16", "-q", "20", "-t", "20", "-m", method]
    load = Load(suite, "hey", [*command, *more, url], method)
    drive(suite, ebb, stopped)
    report = load.stop()
    statuses = {int(s): int(n) for s, n in re.findall(r"\[(\d+)\]\s+(\d+) responses", report)}
    errors = report.split("Error distribution:")[1].strip() if "Error dist" in report else ""
    good = statuses.get(200, 0)
    suite.check(
        good > 0 and set(statuses) == {200} and not errors,
        f"hey {method}, 320/s: {good} answered, 0 failed",
        f"{statuses} {errors}",
    )
    suite.check(
        load.served() == good,
        f"hey {method}: instances answered exactly as many",
        f"{good} at the client, {load.served()} at the instances",
    )


def by_policy(suite, ebb, stopped):
    """The load needs one instance only: the decider lets four go by itself."""
    before = set(ebb.instances())
    ebb.command("scale", SERVICE, "auto")
    ebb.wait_serving(1)
    stopped |= before - set(ebb.instances())
    suite.check(True, "the policy alone went from five instances to one")


def judge(suite, ebb, client, stopped):
    requests = client.finish()
    bad = [r for r in requests if r.outcome != "ok"]
    for r in bad[:20]:
        suite.say(f"  {r}")
    gets = sum(r.kind == "get" for r in requests)
    suite.check(
        not bad and requests,
        f"the checking client: {gets} GET and {len(requests) - gets} POST, 0 failed",
        f"{len(bad)} failed",
    )
    ids, by_instance = answered_ids(suite)
    answered = {r.id for r in requests if r.outcome == "ok"}
    twice = [i for i, n in ids.items() if n > 1]
    suite.check(not twice, "no request was done twice", twice[:5])
    suite.check(
        answered == set(ids),
        f"the {len(ids)} ids at the instances are those that the client was answered",
        f"only client {list(answered - set(ids))[:5]}, only instances {list(set(ids) - answered)[:5]}",
    )
    liars = [r.id for r in requests if r.outcome == "ok" and r.id not in by_instance[r.instance]]
    suite.check(not liars, "each was answered by the instance that its answer names", liars[:5])
    millis = [r.micros / 1000 for r in requests]
    suite.say(
        f"  latency in an open loop: p50 {percentile(millis, 0.5):.1f} ms,"
        f" p99 {percentile(millis, 0.99):.1f} ms, max {max(millis):.0f} ms"
    )
    view = ebb.must_view()
    traffic = view["traffic"][SERVICE]
    ledger = view["status"]["services"][0]["ledger"]
    suite.check(
        sum(traffic["failed"].values()) == 0 and traffic["truncated"] == 0,
        "the gateway counted no failure and no truncation",
        traffic,
    )
    suite.check(traffic["retried"] == 0, "nothing was sent twice", traffic["retried"])
    suite.check(not any(ledger.values()), "the ledger of scaling is clean", ledger)
    suite.check(len(stopped) >= 10, f"{len(stopped)} instances were parked and stopped")


def main():
    with Suite("scale-in") as suite:
        port = free_port()
        url = f"http://127.0.0.1:{port}/"
        ebb = Ebb(suite, suite.config(CONFIG, port=port)).start()
        ebb.command("scale", SERVICE, str(MANY))
        ebb.wait_serving(MANY)
        client = CheckClient(suite, port, RATE, "in", "get", "post", "get=/?wait-ms=20")
        stopped = set()
        for name, run in (("wrk", wrk), ("h2load", h2load), ("hey", hey)):
            if tool(name) is None:
                suite.say(f"{name} is not installed: its part is left out")
                continue
            for method in ("GET", "POST"):
                suite.say(f"{name}, {method}")
                run(suite, ebb, url, method, stopped)
        by_policy(suite, ebb, stopped)
        judge(suite, ebb, client, stopped)
        ebb.command("stop")
        wait_until(lambda: not suite.instances_by_environment(), 30, "the end of all instances")
        suite.check(ebb.process.wait(timeout=30) == 0, "Ebb ended in order")


if __name__ == "__main__":
    main()
