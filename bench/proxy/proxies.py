"""The proxies: how each is configured and started, what it speaks, whether it is there.

All of them: HTTP/1.1 and h2 to the client (TLS 1.3, by ALPN), HTTP/1.1 to the instances over kept
connections, picked at random or by the fewest of two; X-Forwarded-For, -Proto, -Port, -Host and
Forwarded set anew; a second try at connection failures; checks every 2 s where there are active
ones (not in nginx, Vert.x and Spring Cloud Gateway); no access log, no tracing.
"""
import os, time
from dataclasses import dataclass

import rivals, rivals_java
from machine import Process, ROOT, answers, cores_of_proxy, free_port, output, wait_for

START_SECONDS = 180


@dataclass
class Place:
    """Where one process listens (0: not at all), and what is behind it."""
    folder: str
    threads: int
    plain: int
    tls: int
    instances: list
    certificate: str
    key: str


class Kind:
    """One kind of proxy. `wires` are those of h1, tls and h2 that it speaks."""

    def __init__(self, name, command, version, missing="", wires=("h1", "tls", "h2")):
        self.name, self.command, self.wires = name, command, wires
        self.version, self.missing = version, missing


class Proxy:
    """A running one."""

    def __init__(self, kind, folder, threads, instances, with_tls=True):
        self.kind, self.name = kind, kind.name
        secure = with_tls and "tls" in kind.wires
        self.place = Place(
            folder, threads, free_port(), free_port() if secure else 0, instances.ports,
            os.path.join(folder, "certificate.pem"), os.path.join(folder, "key.pem"))
        self.command = kind.command(self.place)
        self.process = None

    def start(self):
        """Returns the milliseconds from exec to the first response from an instance."""
        begun = time.monotonic()
        self.process = Process(self.command, cores_of_proxy(self.place.threads))
        if wait_for(lambda: self.process.ended() or answers(self.place.plain), START_SECONDS):
            if not self.process.ended():
                return (time.monotonic() - begun) * 1000
        self.stop()
        raise SystemExit(f"{self.name} does not start: {' '.join(self.command)}")

    def stop(self):
        if self.process:
            self.process.stop()

    def port(self, wire):
        return self.place.plain if wire == "h1" else self.place.tls

    def speaks(self, wire):
        return wire in self.kind.wires


def ebb(more=()):
    """As its launcher starts it. `more` are further options of `ebb proxy`."""
    program = os.path.join(ROOT, "ebb")
    missing = "" if os.path.exists(os.path.join(ROOT, "target", "ebb.jar")) else \
        "not built; first: make fast"

    def command(place):
        to = ",".join(f"127.0.0.1:{p}" for p in place.instances)
        return [program, "proxy", "--listen", f"127.0.0.1:{place.plain}", "--to", to, "--check",
                "/small", "--loops", str(place.threads), "--shutdown", "0", *more]

    commit = output("git", "-C", ROOT, "describe", "--always", "--dirty", "--abbrev=12").strip()
    return Kind("ebb", command, " ".join([f"Ebb {commit}", *more]), missing, wires=("h1",))


def kinds(ebb_options=()):
    return [ebb(ebb_options), rivals.haproxy(Kind), rivals.nginx(Kind), rivals.envoy(Kind),
            rivals_java.vertx(Kind), rivals_java.spring(Kind)]
