"""Other clients do not notice a thousand that are slow on purpose: slowhttptest in its four modes
(heads that never end, bodies that trickle, ranges without number, answers that are hardly read),
over HTTP and over TLS.

Meanwhile a client with an id for each request, in an open loop, that never retries, must get every
answer, and about as soon as without an attack. Heads and bodies that do not come in time are ended
by the gateway, by its default limits. Its memory stays bounded, and when the attack is over its
connections are what they were. It leaves its result for docs/conformance.md.
"""

import http.client
import json
import os
import re
import subprocess
import threading
import time

from suite import EBB, HOME, CheckClient, Suite, free_port, percentile, tool, wait_until

CONNECTIONS = int(os.environ.get("CONNECTIONS", "1000"))
RATE = 200
BASELINE_SECONDS = 10
INSTANCES = 2
ANSWER_BYTES = 128 * 1024
RAMP = 150  # connections a second: a flood of new ones would be another attack

# The attack, the instances and the checking client share the processors with the gateway. So a
# second client goes past the gateway at the same time: what it waits for, the machine is to blame
# for. Noticing is several times the baseline and several times what that client sees, and above a
# floor.
DIRECT_RATE = 50
P50_FACTOR, P50_FLOOR_MS = 4, 10
P99_FACTOR, P99_FLOOR_MS = 8, 100
DIRECT_FACTOR = 3

# The heap's limit is 256 MiB; outside of it, a thousand connections have their buffers.
MEMORY_GROWTH_MIB = 300

# options, seconds, and how many of the slow the gateway has ended by then: heads after 10 s
# (request-head), bodies of less than 100 bytes a second after 30 s (upload-rate, request-body).
MODES = {
    "slow headers": (["-H", "-i", "2", "-x", "24"], 20, 0.9),
    "slow bodies": (["-B", "-i", "2", "-s", "8192", "-x", "10"], 45, 0.9),
    "ranges": (["-R", "-a", "5", "-b", "3000", "-t", "HEAD"], 10, 0),
    "slow reads": (["-X", "-w", "1", "-y", "512", "-n", "1", "-z", "32", "-k", "3"], 20, 0),
}


WIRES = ("HTTP", "TLS")


class Gateway:
    """`ebb proxy` in front of a few instances, with TLS and without."""

    def __init__(self, suite):
        self.suite = suite
        self.port, self.tls, self.admin = free_port(), free_port(), free_port()
        upstreams = []
        for number in range(1, INSTANCES + 1):
            port = free_port()
            command = suite.java_command("IdServer", port, suite.notes, f"static-{number}")
            # An answer that nobody reads stays in the instance, in each of its threads.
            command[command.index("-Xmx48m")] = "-Xmx400m"
            suite.spawn(command, stdin=subprocess.DEVNULL)
            upstreams.append(f"127.0.0.1:{port}")
        self.instance_port = port
        command = [EBB, "proxy", "--listen", f"127.0.0.1:{self.port}"]
        command += ["--admin", f"127.0.0.1:{self.admin}", "--to", ",".join(upstreams)]
        folder = os.path.join(suite.folder, "certificate")
        words = [EBB, "certificate", "localhost", "--folder", folder]
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
        command += ["--tls", f"127.0.0.1:{self.tls}", "--key", os.path.join(folder, "key.pem")]
        command += ["--certificate", os.path.join(folder, "certificate.pem")]
        self.output = os.path.join(suite.folder, "proxy.out")
        with open(self.output, "wb") as out:
            self.process = suite.spawn(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=suite.folder
            )
        wait_until(self.answers, 60, "the gateway and its instances")

    def answers(self):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            connection.request("GET", "/")
            return connection.getresponse().status == 200
        except OSError:
            return False

    def figure(self, name):
        """Of a metric with these labels; 0 where there is none yet."""
        connection = http.client.HTTPConnection("127.0.0.1", self.admin, timeout=10)
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
        connection.close()
        found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.M)
        return int(float(found.group(1))) if found else 0

    def clients(self):
        return self.figure("ebb_client_connections")

    def ended(self):
        """Requests that did not come in time, and were answered with 408."""
        cause = 'service="static",cause="request_timeout"'
        return self.figure("ebb_requests_rejected_total{%s}" % cause)

    def memory_mib(self):
        with open(f"/proc/{self.process.pid}/status") as file:
            return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1)) // 1024


class Watch(threading.Thread):
    """The most memory and the most connections of the gateway, until stopped."""

    def __init__(self, gateway):
        super().__init__(daemon=True)
        self.gateway = gateway
        self.memory = 0
        self.connections = 0
        self.over = threading.Event()
        self.start()

    def run(self):
        while not self.over.wait(0.5):
            self.memory = max(self.memory, self.gateway.memory_mib())
            self.connections = max(self.connections, self.gateway.clients())

    def stop(self):
        self.over.set()
        self.join()
        return self


class Times:
    """What a client has waited for its answers, in milliseconds."""

    def __init__(self, requests):
        millis = [request.micros / 1000 for request in requests]
        self.p50, self.p99 = percentile(millis, 0.5), percentile(millis, 0.99)

    def __str__(self):
        return f"p50 {self.p50:.2f} ms, p99 {self.p99:.2f} ms"


def measure(suite, gateway, tag, during):
    """(through the gateway, past it): the times of both clients while `during` goes on."""
    client = CheckClient(suite, gateway.port, RATE, tag, "get", "post")
    direct = CheckClient(suite, gateway.instance_port, DIRECT_RATE, f"{tag}-direct", "get")
    during()
    requests = client.finish()
    bad = [f"{r.id} {r.kind} {r.outcome}" for r in requests if r.outcome != "ok"]
    suite.check(len(requests) > RATE * 2, f"{tag}: {len(requests)} requests, all checked")
    suite.check(not bad, f"{tag}: 0 failed", f"{len(bad)}: {bad[:5]}")
    return Times(requests), Times(direct.finish())


def attack(suite, gateway, mode, wire):
    """Whether it ran to its end."""
    options, seconds, _ = MODES[mode]
    scheme, port = ("http", gateway.port) if wire == "HTTP" else ("https", gateway.tls)
    place = f"{scheme}://127.0.0.1:{port}"
    command = [tool("slowhttptest"), *options, "-c", str(CONNECTIONS), "-r", str(RAMP)]
    command += ["-l", str(seconds), "-p", "10", "-v", "1", "-u", f"{place}/?size={ANSWER_BYTES}"]
    out = os.path.join(suite.folder, f"slowhttptest-{mode}-{wire}.out".replace(" ", "-"))
    with open(out, "wb") as file:
        child = suite.spawn(command, stdin=subprocess.DEVNULL, stdout=file, stderr=file)
    child.wait(timeout=seconds + 60)
    with open(out, errors="replace") as file:
        return "Exit status" in file.read()


def run_mode(suite, gateway, mode, wire, baseline):
    name = f"{mode}, {wire}"
    before, idle, ended = gateway.memory_mib(), gateway.clients(), gateway.ended()
    watch = Watch(gateway)
    done = []
    tag = name.replace(", ", "-").replace(" ", "-")
    times, direct = measure(
        suite, gateway, tag, lambda: done.append(attack(suite, gateway, mode, wire))
    )
    watch.stop()
    ended = gateway.ended() - ended
    suite.check(done[0], f"{name}: slowhttptest ran to its end")
    if mode != "ranges":  # They are answered, and over, at once.
        suite.check(
            watch.connections > CONNECTIONS // 2,
            f"{name}: up to {watch.connections} connections",
            "the attack did not get through",
        )
    suite.say(f"{name}: {times}; past the gateway {direct}")
    suite.check(
        ended >= MODES[mode][2] * CONNECTIONS,
        f"{name}: {ended} of {CONNECTIONS} slow requests were ended with 408",
    )
    suite.check(
        times.p50 <= max(P50_FACTOR * baseline.p50, DIRECT_FACTOR * direct.p50, P50_FLOOR_MS),
        f"{name}: p50 is {times.p50 / baseline.p50:.1f} times that without",
    )
    suite.check(
        times.p99 <= max(P99_FACTOR * baseline.p99, DIRECT_FACTOR * direct.p99, P99_FLOOR_MS),
        f"{name}: p99 is {times.p99 / baseline.p99:.1f} times that without",
    )
    suite.check(
        watch.memory - before <= MEMORY_GROWTH_MIB,
        f"{name}: memory {before} MiB before, {watch.memory} MiB at most",
    )
    wait_until(lambda: gateway.clients() <= idle + 5, 30, f"{name}: its connections are gone")
    suite.check(True, f"{name}: connections are back to {gateway.clients()}")


def leave(result):
    """For the page of conformance; see suites/conformance/conformance.py for the form."""
    folder = os.path.join(HOME, "target", "conformance")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "slowhttptest.json"), "w") as file:
        json.dump({"suite": "slowhttptest, four modes", **result}, file)


def outcome(suite, version):
    return {
        "version": version,
        "how": f"{CONNECTIONS} slow clients, over HTTP and TLS, beside one that checks all answers",
        "passed": suite.passed,
        "failed": [{"case": f.split(":")[0], "detail": f} for f in suite.failed],
        "exceptions": [],
    }


def main():
    with Suite("slow-clients") as suite:
        if not suite.check(tool("slowhttptest"), "slowhttptest is there", "install slowhttptest"):
            leave({"skipped": "slowhttptest is not installed"})
            return
        said = subprocess.run([tool("slowhttptest"), "-h"], capture_output=True, text=True)
        version = re.search(r"version (\S+)", said.stdout + said.stderr)
        gateway = Gateway(suite)
        # Once without looking, so that nobody is compared with a program that has just begun.
        measure(suite, gateway, "warming", lambda: time.sleep(BASELINE_SECONDS))
        baseline, direct = measure(suite, gateway, "baseline", lambda: time.sleep(BASELINE_SECONDS))
        suite.say(f"without attack: {baseline}; past the gateway {direct}")
        for wire in WIRES:
            for mode in MODES:
                run_mode(suite, gateway, mode, wire, baseline)
        leave(outcome(suite, version.group(1) if version else "unknown"))


if __name__ == "__main__":
    main()
