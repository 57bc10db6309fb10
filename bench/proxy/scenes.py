"""What is measured: a wire and a size, a kind of load, threads of the proxy, connections."""
from dataclasses import dataclass
from fnmatch import fnmatch

WIRES = {"h1": "HTTP/1.1", "tls": "HTTP/1.1 in TLS 1.3", "h2": "h2 in TLS 1.3"}
SUBJECTS = [("h1", "small"), ("h1", "10k"), ("tls", "small"), ("h2", "small")]
H2_STREAMS = 4


@dataclass(frozen=True)
class Scene:
    wire: str
    size: str
    load: str
    threads: int
    connections: int

    @property
    def name(self):
        return f"{self.wire}-{self.size}/{self.load}/t{self.threads}/c{self.connections}"

    @property
    def path(self):
        return "/" + self.size

    @property
    def streams(self):
        """Requests at once on each connection; h2 without any would not be used as it is meant."""
        many = self.wire == "h2" and self.load == "sat" and self.connections < 100
        return H2_STREAMS if many else 1

    @property
    def leading(self):
        """Whether targets are judged by it, so that it gets all rounds."""
        return self.threads == 1 and self.connections == 32 and (
            self.load == "sat" or (self.wire, self.size) == ("h1", "small"))

    def title(self, rate):
        load = "at saturation" if self.load == "sat" else f"at {rate} requests a second"
        streams = f" of {self.streams} streams" if self.streams > 1 else ""
        size = {"small": "128 bytes", "10k": "10 KiB"}[self.size]
        plural = "s" if self.threads > 1 else ""
        return (f"{WIRES[self.wire]}, {size}, {load}, {self.threads} thread{plural}, "
                f"{self.connections} connections{streams}")


def every_scene():
    return [Scene(wire, size, load, threads, connections)
            for threads in (1, 2) for connections in (32, 1000)
            for wire, size in SUBJECTS for load in ("sat", "rate")]


def chosen(patterns):
    """Those whose name fits one of the patterns; a pattern that fits none is a mistake."""
    scenes = every_scene()
    for pattern in patterns:
        if not any(fnmatch(s.name, pattern) for s in scenes):
            raise SystemExit(f"no scene is called {pattern}; --list shows them")
    return [s for s in scenes if any(fnmatch(s.name, p) for p in patterns)]
