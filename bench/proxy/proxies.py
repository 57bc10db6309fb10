"""The proxies: how each is configured and started, what it speaks, whether it is there.

All of them: HTTP/1.1 and h2 to the client (TLS 1.3, by ALPN), HTTP/1.1 to the instances over kept
connections, picked at random or by the fewest of two; X-Forwarded-For, -Proto, -Port, -Host and
Forwarded set anew; a second try at connection failures; checks every 2 s where there are active
ones (not in nginx, Vert.x and Spring Cloud Gateway); no access log, no tracing.
"""
import os, socket, ssl, time
from dataclasses import dataclass

import rivals, rivals_java
from machine import Process, ROOT, answers, cores_of_proxy, free_port, output, say, wait_for
from scenes import WIRES

START_SECONDS = 180
TLS_SECONDS = 30


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
    """One kind of proxy. `wires` are those of h1, tls and h2 that it speaks, once it was asked.
    Those that no target names are not `judged`, and have fewer rounds."""

    judged = True

    def __init__(self, name, command, version, missing=""):
        self.name, self.command, self.wires = name, command, list(WIRES)
        self.version, self.missing = version, missing


class DidNotStart(Exception):
    """With the command, so that it can be tried by hand."""


class Proxy:
    """A running one."""

    def __init__(self, kind, folder, threads, instances, with_tls=True):
        self.kind, self.name = kind, kind.name
        self.place = Place(
            folder, threads, free_port(), free_port() if with_tls else 0, instances.ports,
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
        raise DidNotStart(f"{self.name} does not start: {' '.join(self.command)}")

    def stop(self):
        if self.process:
            self.process.stop()

    def port(self, wire):
        return self.place.plain if wire == "h1" else self.place.tls

    def speaks(self, wire):
        return wire in self.kind.wires

    def ask(self):
        """Leaves out the wires that it does not agree to. Some listen with TLS a little later."""
        port = self.place.tls
        wait_for(lambda: self.process.ended() or agreed(port, "http/1.1") != "", TLS_SECONDS, 0.1)
        offers = {"h1": lambda: True, "tls": lambda: agreed(port, "http/1.1") in ("http/1.1", None),
                  "h2": lambda: agreed(port, "h2") == "h2"}
        for wire in [w for w in self.kind.wires if not offers[w]()]:
            self.kind.wires.remove(wire)
            say(f"{self.name} does not speak {WIRES[wire]}: left out there")


def agreed(port, protocol):
    """What a handshake agrees on by ALPN; "" if there is none."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols([protocol])
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as plain:
            with context.wrap_socket(plain, server_hostname="bench") as secure:
                return secure.selected_alpn_protocol()
    except OSError:
        return ""


def ebb(more=(), name="ebb", home=ROOT):
    """As its launcher in `home` starts it. `more` are further options of `ebb proxy`."""
    program = os.path.join(home, "ebb")
    missing = "" if os.path.exists(os.path.join(home, "target", "ebb.jar")) else \
        "not built; first: make fast"

    def command(place):
        secure = [] if not place.tls else [
            "--tls", f"127.0.0.1:{place.tls}", "--certificate", place.certificate,
            "--key", place.key]
        to = ",".join(f"127.0.0.1:{p}" for p in place.instances)
        return [program, "proxy", "--listen", f"127.0.0.1:{place.plain}", "--to", to, "--check",
                "/small", "--loops", str(place.threads), "--shutdown", "0", *secure, *more]

    commit = output("git", "-C", home, "describe", "--always", "--dirty", "--abbrev=12").strip()
    return Kind(name, command, " ".join([f"Ebb {commit}", *more]), missing)


def kinds(ebb_options=()):
    io_uring = ebb([*ebb_options, "--transport", "io_uring"], "ebb-io_uring")
    return [ebb(ebb_options), io_uring, rivals.haproxy(Kind), rivals.nginx(Kind), rivals.envoy(Kind),
            rivals_java.vertx(Kind), rivals_java.spring(Kind)]
