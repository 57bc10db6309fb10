"""Autobahn's cases for WebSocket servers, through the gateway to an echo service.

usage: autobahn.py [--direct] [--full] [--genuine PYTHON2]

--direct runs the echo service alone. --full adds the cases of compression (12, 13), which the
gateway passes on without a look and which take long. The cases are Autobahn's own, run by kosoku;
--genuine runs them with Autobahn's own runner, wstest 0.8.2, if PYTHON2 has it installed.
"""

import argparse
import asyncio
import json
import os
import shutil
import ssl
import subprocess
import threading

from conformance import HERE, Conformance, free_port, wait_until, connects
import tools

SECONDS = 900
SLOW = ("12.*", "13.*")
# What takes long is run in parts, so that one can see how far it is.
SLOW_GROUPS = [f"12.{n}.*" for n in range(1, 6)] + [f"13.{n}.*" for n in range(1, 8)]
LEFT_OUT = [
    (cases, "Compression is between client and service; `make conformance-full` runs them")
    for cases in SLOW
]
GOOD = ("OK", "NON-STRICT", "INFORMATIONAL", "UNIMPLEMENTED")


def run(suite, options, port, name, only=()):
    """case -> what is wrong with it."""
    if options.genuine:
        return run_genuine(suite, options, port, name, only)
    if only or not options.full:
        return run_some(suite, port, f"{name}-{len(only)}", only, () if options.full else SLOW)
    outcomes = run_some(suite, port, f"{name}-quick", (), SLOW)
    for number, cases in enumerate(SLOW_GROUPS, 1):
        suite.say(f"{name}: {len(outcomes)} cases; now {cases}, {number} of {len(SLOW_GROUPS)}")
        outcomes |= run_some(suite, port, f"{name}-{cases[:-2]}", [cases], ())
    return outcomes


def run_some(suite, port, folder, only, left_out):
    folder = emptied(suite, folder)
    runner = os.path.join(os.path.dirname(tools.python()), "kosoku")
    command = [runner, "-p", "4", "-o", folder, f"127.0.0.1:{port}"]
    for option, patterns in (("-x", left_out), ("-i", only)):
        for pattern in patterns:
            command += [option, pattern]
    return outcomes_of(command, folder, SECONDS)


def run_genuine(suite, options, port, name, only):
    folder = emptied(suite, f"{name}-{len(only)}")
    spec = os.path.join(suite.folder, f"{name}.spec")
    with open(spec, "w") as file:
        server = {"agent": "echo", "url": f"ws://127.0.0.1:{port}"}
        json.dump(
            {"outdir": folder, "servers": [server], "cases": list(only) or ["*"]}
            | {"exclude-cases": [] if options.full else list(SLOW), "exclude-agent-cases": {}},
            file,
        )
    runner = os.path.join(os.path.dirname(options.genuine), "wstest")
    command = [runner, "-m", "fuzzingclient", "-s", spec]
    return outcomes_of(command, folder, SECONDS * (4 if options.full else 1))


def emptied(suite, name):
    folder = os.path.join(suite.folder, name)
    shutil.rmtree(folder, ignore_errors=True)
    return folder


def outcomes_of(command, folder, seconds):
    subprocess.run(command, capture_output=True, timeout=seconds)
    with open(os.path.join(folder, "index.json")) as file:
        (cases,) = json.load(file).values()
    return {case: wrong(result) for case, result in cases.items()}


def wrong(result):
    bad = [result[k] for k in ("behavior", "behaviorClose") if result[k] not in GOOD]
    return ", ".join(dict.fromkeys(bad))


class IntoTls(threading.Thread):
    """Listens without TLS and carries each connection into TLS: the runner speaks none."""

    def __init__(self, target):
        super().__init__(daemon=True)
        self.port = free_port()
        self.target = target
        # asyncio itself would let them be collected.
        self.tasks = set()
        self.trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.trusting.check_hostname = False
        self.trusting.verify_mode = ssl.CERT_NONE
        self.trusting.set_alpn_protocols(["http/1.1"])

    def run(self):
        asyncio.run(self.listen())

    async def listen(self):
        server = await asyncio.start_server(self.carry, "127.0.0.1", self.port)
        await server.serve_forever()

    async def carry(self, reader, writer):
        self.tasks.add(asyncio.current_task())
        asyncio.current_task().add_done_callback(self.tasks.discard)
        try:
            there = await asyncio.open_connection("127.0.0.1", self.target, ssl=self.trusting)
        except OSError:
            writer.close()
            return
        await asyncio.gather(pump(reader, there[1]), pump(there[0], writer))


async def pump(reader, writer):
    """TLS cannot be closed in one direction only: who ends first ends both."""
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--direct", action="store_true")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--genuine", metavar="PYTHON2")
    options = parser.parse_args()
    title = "Autobahn, WebSocket"
    with Conformance("autobahn") as suite:
        try:
            python = tools.python()
        except tools.Missing as missing:
            suite.missing("autobahn", title, missing)
            return
        version = "cases of 0.8.2, run by kosoku " + tools.version("requirements.txt", "kosoku==")
        if options.genuine:
            version = "0.8.2"
        echo = free_port()
        suite.server([python, os.path.join(HERE, "echo_service.py"), str(echo)], echo)
        direct = run(suite, options, echo, "direct")
        suite.insist("autobahn", direct, {}, lambda few: run(suite, options, echo, "direct", few))
        failing = [case for case, detail in direct.items() if detail]
        suite.say(f"the echo service alone: {len(direct)} cases, fails {failing}")
        if options.direct:
            suite.check(len(direct) > 200 and len(failing) < 5, "the echo service is fit for it")
            return
        plain, tls = suite.gateway(echo)
        into = IntoTls(tls)
        into.start()
        for name, port, words in (
            ("autobahn", plain, ("", "client, gateway, echo service")),
            ("autobahn-tls", into.port, (", TLS", "client over TLS, gateway, echo service")),
        ):
            wait_until(lambda: connects(port), 10, "the gateway")
            outcomes = run(suite, options, port, name)
            again = suite.insist(
                name, outcomes, direct, lambda few: run(suite, options, port, name, few)
            )
            about = (title + words[0], version, words[1])
            suite.settle(name, *about, quick(outcomes), quick(direct), LEFT_OUT, quick(again))
            if options.full:
                suite.settle(name + "-full", *about, outcomes, direct, (), again)


def quick(cases):
    """Those that the short run has, too."""
    if isinstance(cases, dict):
        return {c: cases[c] for c in quick(list(cases))}
    return [c for c in cases if not c.startswith(("12.", "13."))]


if __name__ == "__main__":
    main()
