"""kill -9 and SIGSTOP of instances under load: no GET whose answer had not begun gets an error, and
an answer that was cut is reported as truncated, by the gateway in the same number as by the client.

The load: a client with an id for each request, in an open loop, that never retries by itself: short
GETs, GETs that take a while to be answered, and answers in parts over half a second, the only ones
that may be cut.
"""

import os
import random
import signal
import time

from suite import CheckClient, Ebb, Suite, answered_ids, end, free_port, percentile, wait_until

ROUNDS = int(os.environ.get("ROUNDS", "4"))
SEED = int(os.environ.get("SEED", "1"))
RATE = 150
SIZE = 5

CONFIG = """
listen: 127.0.0.1:@port@
tick: 200ms
gateway:
  timeouts: {response-head: 2s, response-body: 2s}
services:
  check:
    run: {command: @command@}
    instances: 5
    ready: {http: /health, interval: 500ms, timeout: 500ms, rise: 2, fall: 2}
    resources: {cpu: 8, memory: 1Gi}
    balance:
      slow-start: 0s
      retry: {max-attempts: 5, budget: 50%, budget-floor: 50}
      ejection: {base-time: 1s}
    policy:
      start: {backoff: 200ms, crash-limit: 1000, replace-after: 20s}
"""


def pids(suite):
    return {name: pid for pid, (name, _) in suite.instances_by_environment().items()}


def kill_one(suite, ebb, chance):
    name, pid = chance.choice(sorted(pids(suite).items()))
    suite.say(f"kill -9 of {name}")
    began = time.monotonic()
    end(pid, signal.SIGKILL)
    wait_until(lambda: name not in ebb.in_state("SERVING", "WARMING"), 10, f"{name} found dead")
    noticed = time.monotonic() - began
    ebb.wait_serving(SIZE)
    suite.say(f"  noticed after {noticed:.1f} s, replaced after {time.monotonic() - began:.1f} s")
    suite.check(name not in ebb.instances(), f"{name} was replaced")


def suspend_one(suite, ebb, chance):
    name, pid = chance.choice(sorted(pids(suite).items()))
    suite.say(f"SIGSTOP of {name}")
    began = time.monotonic()
    end(pid, signal.SIGSTOP)
    wait_until(
        lambda: ebb.instances().get(name, {}).get("health") == "EJECTED", 15, f"{name} ejected"
    )
    suite.say(f"  ejected after {time.monotonic() - began:.1f} s")
    time.sleep(1 + chance.random())
    end(pid, signal.SIGCONT)
    began = time.monotonic()
    ebb.wait_serving(SIZE)
    suite.say(f"  readmitted {time.monotonic() - began:.1f} s after SIGCONT")
    suite.check(name in ebb.instances(), f"{name} was readmitted, not replaced")


def kill_all_but_one(suite, ebb, chance):
    victims = chance.sample(sorted(pids(suite).items()), SIZE - 1)
    suite.say(f"kill -9 of {', '.join(n for n, _ in victims)} at once")
    for _, pid in victims:
        end(pid, signal.SIGKILL)
    names = {n for n, _ in victims}
    wait_until(lambda: not names & set(ebb.instances()), 60, "all of them accounted for")
    ebb.wait_serving(SIZE)
    suite.check(True, "four of five at once were replaced")


def judge(suite, ebb, requests):
    plain = [r for r in requests if r.kind == "get"]
    streams = [r for r in requests if r.kind == "stream"]
    bad = [r for r in plain if r.outcome != "ok"]
    for r in bad[:20]:
        suite.say(f"  {r}")
    suite.check(not bad and plain, f"{len(plain)} GETs, no error at the client", f"{len(bad)} failed")
    begun = [r for r in streams if r.outcome == "cut"]
    worse = [r for r in streams if r.outcome not in ("ok", "cut")]
    for r in worse[:20]:
        suite.say(f"  {r}")
    suite.check(
        not worse,
        f"{len(streams)} answers in parts: {len(begun)} cut after their head, no other error",
        f"{len(worse)} failed",
    )
    suite.check(bool(begun), "answers were really cut in the middle")
    traffic = ebb.traffic()
    suite.check(
        traffic["truncated"] == len(begun),
        f"the gateway counted as many truncated answers: {traffic['truncated']}",
        f"{len(begun)} at the client",
    )
    failed = {cause: n for cause, n in traffic["failed"].items() if n}
    suite.check(not failed, "the gateway counted no failed request", failed)
    suite.check(
        traffic["requests"] == len(requests),
        "gateway and client counted the same number of requests",
        f"{traffic['requests']} and {len(requests)}",
    )
    ids, _ = answered_ids(suite)
    lost = [r.id for r in requests if r.outcome == "ok" and r.id not in ids]
    again = sum(n - 1 for n in ids.values())
    suite.check(not lost, "every answer came from an instance", lost[:5])
    suite.check(
        again <= traffic["retried"],
        f"{again} requests reached two instances, {traffic['retried']} were sent again",
    )
    millis = [r.micros / 1000 for r in plain]
    suite.say(
        f"  GETs in an open loop: p50 {percentile(millis, 0.5):.1f} ms,"
        f" p99 {percentile(millis, 0.99):.1f} ms, max {max(millis):.0f} ms"
    )


def main():
    with Suite("failover") as suite:
        chance = random.Random(SEED)
        suite.say(f"seed {SEED}")
        port = free_port()
        ebb = Ebb(suite, suite.config(CONFIG, port=port)).start()
        ebb.wait_serving(SIZE)
        stream = "stream=/?chunks=10&gap-ms=50"
        client = CheckClient(suite, port, RATE, "fo", "get", "get=/?wait-ms=100", "get", stream)
        time.sleep(2)
        for number in range(ROUNDS):
            kill_one(suite, ebb, chance)
            time.sleep(chance.random())
            suspend_one(suite, ebb, chance)
            time.sleep(chance.random())
        kill_all_but_one(suite, ebb, chance)
        time.sleep(1)
        judge(suite, ebb, client.finish())
        ebb.command("stop")
        suite.check(ebb.process.wait(timeout=30) == 0, "Ebb ended in order")
        suite.check(not suite.instances_by_environment(), "no instance is left")


if __name__ == "__main__":
    main()
