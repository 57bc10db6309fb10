"""`kill -9` of Ebb at twenty random moments, with a restart each: the same instances are adopted,
none is lost, none is doubled.

What is true of instances comes from the operating system: /proc/PID/environ tells each one's name
and token. What Ebb believes comes from its status after the restart. Some moments are drawn while
Ebb starts, some while it starts, parks or stops instances, some while it is at rest, some right
after the restart, before it has adopted anything.
"""

import collections
import json
import os
import random
import signal
import time

from suite import SERVICE, Ebb, Suite, end, free_port, wait_until

CRASHES = int(os.environ.get("CRASHES", "20"))
SEED = int(os.environ.get("SEED", str(int(time.time()))))

CONFIG = """
listen: 127.0.0.1:@port@
tick: 100ms
services:
  check:
    run: {command: @command@}
    instances: {min: 1, max: 6, initial: 3}
    ready: {http: /health, interval: 300ms, timeout: 300ms, fall: 20}
    resources: {cpu: 8, memory: 1Gi}
    balance: {slow-start: 0s}
    policy:
      out: {window: 1s}
      in:
        window: 1s
        stabilization: 1s
        candidate-below: 100%
        host-busy: 100%
        unavailability-budget: 60%
      trial: {shortest: 200ms, longest: 1s}
      start: {backoff: 0s, crash-limit: 1000}
"""


def machine(suite):
    """(name, token) -> pid of what runs, and the names that run twice."""
    found = suite.instances_by_environment()
    names = collections.Counter(name for name, _ in found.values())
    return {identity: pid for pid, identity in found.items()}, [n for n in names if names[n] > 1]


def act(suite, ebb, chance):
    """Something that makes Ebb start, park or stop instances, begun and not waited for."""
    kind = chance.choice(["grow", "grow", "shrink", "shrink", "rest", "restart", "replace"])
    serving = sorted(ebb.in_state("SERVING"))
    if kind == "grow":
        ebb.begin("scale", SERVICE, "6")
    elif kind == "shrink":
        ebb.begin("scale", SERVICE, str(chance.choice([1, 2])))
    elif kind == "restart" and serving:
        ebb.begin("restart", chance.choice(serving))
    elif kind == "replace":
        running = {name: pid for (name, _), pid in machine(suite)[0].items()}
        end(running.get(chance.choice(serving or [""]), 0) or 2**22, signal.SIGKILL)
    return kind


# What an action brings about on its way.
STATES = {
    "grow": ["STARTING"],
    "shrink": ["PARKING", "PARKED", "DRAINING", "STOPPING"],
    "restart": ["STARTING", "PARKED", "STOPPING"],
    "replace": ["FAILED", "STARTING"],
    "rest": [],
}


def moment(ebb, chance, what):
    """Lets time go by until the crash: at random, or as soon as some instance is in a state."""
    state = chance.choice(STATES[what] or [""])
    if not state or chance.random() < 0.4:
        delay = chance.choice([0.0, chance.uniform(0, 1), chance.uniform(0, 3)])
        time.sleep(delay)
        return f"{delay:.2f} s later"
    until = time.monotonic() + 4
    while time.monotonic() < until and not ebb.in_state(state):
        time.sleep(0.005)
    return f"once {state}" if time.monotonic() < until else f"no {state} within 4 s"


def leaving(ebb):
    """Instances whose stop is in the journal."""
    stopped = set()
    for line in ebb.journal():
        try:
            entry = json.loads(line.split(" ", 2)[2])
        except (IndexError, ValueError):
            continue
        if entry.get("type") == "moved" and entry["to"] in ("STOPPING", "GONE"):
            stopped.add(entry["id"])
        if entry.get("type") == "checkpoint":
            stopped |= {
                i["intent"]["id"] for i in entry["instances"] if i["lifecycle"] == "STOPPING"
            }
    return stopped


def crash_once(suite, ebb):
    """kill -9; returns what ran at that moment and was not being stopped."""
    ebb.kill()
    running, _ = machine(suite)
    stopping = leaving(ebb)
    return {identity: pid for identity, pid in running.items() if identity[0] not in stopping}


def adopted(suite, ebb, kept, problems):
    """At the first view after the restart: all that ran still run, and are known."""
    view = wait_until(lambda: ebb.alive() and ebb.view(), 90, "Ebb back after the crash")
    known = {i["id"] for i in view["status"]["services"][0]["instances"]}
    now, twice = machine(suite)
    if twice:
        problems.append(f"doubled at the restart: {twice}")
    stopping = leaving(ebb)
    for identity, pid in kept.items():
        name = identity[0]
        if name not in known and name not in stopping:
            problems.append(f"{name} ran, and Ebb does not know it")
        if now.get(identity) != pid and name not in stopping:
            problems.append(f"{name} ran as {pid}, now {now.get(identity)}, and nobody stopped it")


def settled(suite, ebb):
    """Whether Ebb's instances and the machine's are the same ones, none on its way."""
    view = ebb.view()
    if view is None:
        ebb.alive()
        return False
    rows = view["status"]["services"][0]["instances"]
    running, twice = machine(suite)
    steady = all(r["lifecycle"] == "SERVING" and r["health"] == "HEALTHY" for r in rows)
    same = sorted(r["id"] for r in rows) == sorted(name for name, _ in running)
    return bool(rows) and steady and same and not twice


def crash(suite, ebb, chance, number):
    what = act(suite, ebb, chance)
    when = moment(ebb, chance, what)
    states = collections.Counter(i["lifecycle"] for i in ebb.instances().values())
    kept = crash_once(suite, ebb)
    problems = []
    ebb.start(wait=False)
    text = f"crash {number}: {what}, {when}; {dict(states)}"
    if chance.random() < 0.3:
        # A second crash while it starts up, recovers or adopts: from nothing done to all done.
        early = chance.uniform(0.3, 3.0)
        time.sleep(early)
        again = crash_once(suite, ebb)
        stopping = leaving(ebb)
        lost = [i[0] for i in kept if i not in again and i[0] not in stopping]
        problems += [f"{name} was lost in the second crash" for name in lost]
        kept = again
        ebb.start(wait=False)
        text += f"; again {early:.2f} s into the start"
    adopted(suite, ebb, kept, problems)
    try:
        wait_until(lambda: settled(suite, ebb), 60, "the fleet settled and known in full")
    except AssertionError as error:
        rows = {n: i["lifecycle"] for n, i in ebb.instances().items()}
        problems.append(f"{error}: Ebb says {rows}, the machine {sorted(machine(suite)[0])}")
    suite.check(not problems, f"{text}: {len(kept)} adopted, none lost or doubled", problems)


def main():
    with Suite("crash") as suite:
        suite.say(f"seed {SEED} (SEED={SEED} repeats it)")
        chance = random.Random(SEED)
        ebb = Ebb(suite, suite.config(CONFIG, port=free_port())).start()
        ebb.command("scale", SERVICE, "3")
        ebb.wait_serving(3)
        for number in range(1, CRASHES + 1):
            crash(suite, ebb, chance, number)
        ebb.command("stop")
        suite.check(ebb.process.wait(timeout=30) == 0, "Ebb ended in order")
        suite.check(not suite.instances_by_environment(), "no instance is left")


if __name__ == "__main__":
    main()
