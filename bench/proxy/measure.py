"""Takes the figures: one phase for each number of threads, rounds that alternate within it."""
import os, socket, statistics, time

from instances import Instances
from load import Loads, Unmeasured
from machine import busy_seconds, say
from proxies import DidNotStart, Proxy
from scenes import Scene

IDLE = 1000
REST = 25  # seconds without load, in which a proxy may give back what it does not need
STABLE = 0.05
LOOK = 4


class Phase:
    """The proxies with this many threads, all started, the load and the instances beside them."""

    def __init__(self, folder, threads, kinds, options):
        self.options, self.threads = options, threads
        self.instances = Instances(folder, threads)
        self.loads = Loads(folder, threads)
        self.proxies = [Proxy(kind, folder, threads, self.instances) for kind in kinds]
        self.once = {kind.name: {} for kind in kinds}
        self.folder, self.left_out = folder, {}

    def start(self):
        """Each several times with a listener for plain HTTP only, and then with all, to stay."""
        for proxy in list(self.proxies):
            say(f"{self.threads} threads: starting {proxy.name}", end="")
            try:
                self.once[proxy.name] = self.starts(proxy)
                proxy.start()
                proxy.ask()
            except DidNotStart as reason:
                say(f"left out: {reason}")
                self.proxies.remove(proxy)
                self.left_out[proxy.name] = "it did not start"

    def starts(self, proxy):
        plain = Proxy(proxy.kind, self.folder, self.threads, self.instances, with_tls=False)
        once, taken = {}, []
        try:
            for number in range(self.options.starts):
                taken.append(plain.start())
                if number == 0:
                    once["fresh_mb"] = plain.process.memory_mb()
                    once["idle_mb"] = self.idle(plain)
                plain.stop()
        finally:
            plain.stop()
        once["first_ms"] = statistics.median(taken) if taken else None
        return once

    def idle(self, proxy):
        """MB with many connections open that had one request each."""
        held = []
        try:
            for _ in range(IDLE):
                held.append(connection(proxy.place.plain))
            time.sleep(0.5)
            return proxy.process.memory_mb()
        except OSError as reason:
            say(f"{proxy.name} did not keep {IDLE} connections: {reason}")
            return None
        finally:
            for each in held:
                each.close()

    def warm_up(self, scenes):
        for wire, size in dict.fromkeys((s.wire, s.size) for s in scenes):
            for proxy in self.proxies:
                if proxy.speaks(wire):
                    scene = Scene(wire, size, "sat", self.threads, 32)
                    taken = self.warm_up_one(proxy, scene)
                    key = f"warmup_{wire}_{size}_s"
                    self.once[proxy.name][key] = taken
        for wire in dict.fromkeys(s.wire for s in scenes if s.load == "rate"):
            scene = Scene(wire, "small", "rate", self.threads, 32)
            for proxy in self.proxies:
                if proxy.speaks(scene.wire):
                    say(f"warming up the open loop: {proxy.name}, {scene.wire}", end="")
                    self.measure(scene, proxy)

    def warm_up_one(self, proxy, scene):
        """Load until the CPU per request of successive seconds differs little; seconds taken."""
        most = self.options.warmup
        say(f"{self.threads} threads: warming up {proxy.name}, {scene.wire} {scene.size}", end="")
        load = self.loads.begin(scene, proxy.port(scene.wire), most, 0)
        costs = []
        while len(costs) < most - 1:
            costs.append(self.cost(proxy, load, 1)["cpu_us"])
            last = costs[-LOOK:]
            if len(last) == LOOK and max(last) <= min(last) * (1 + STABLE):
                break
        load.process.stop()
        return len(costs)

    def cost(self, proxy, load, seconds):
        """CPU by what the instances served meanwhile, so that connecting and lead do not count."""
        ours = [proxy.process, load.process, self.instances.process]

        def now():
            return (time.monotonic(), self.instances.served(), busy_seconds(),
                    *(process.cpu_seconds() for process in ours))

        before = now()
        time.sleep(seconds)
        spent, served, busy, cpu, *others = (b - a for a, b in zip(before, now()))
        return {"cpu_us": cpu * 1e6 / max(1, served), "per_second": served / spent,
                "busy": cpu / spent,
                "foreign": max(0, busy - cpu - sum(others)) / (spent * os.cpu_count())}

    def measure(self, scene, proxy):
        options = self.options
        if proxy.process.ended():
            try:
                proxy.start()
            except DidNotStart as reason:
                return {"failure": str(reason)}
            return {"failure": "it had ended, and was started again"}
        load = self.loads.begin(scene, proxy.port(scene.wire), options.seconds, options.rate)
        figures = self.cost(proxy, load, options.seconds - 0.1)
        figures["memory_mb"] = proxy.process.memory_mb()
        try:
            figures.update(load.figures())
        except Unmeasured as reason:
            return {"failure": str(reason)}
        return figures

    def rounds(self, scenes, results, told):
        """Round after round through all scenes; each begins with another proxy."""
        for number in range(max(self.options.rounds, self.options.side_rounds)):
            turn = number % len(self.proxies)
            for scene in scenes:
                for proxy in self.proxies[turn:] + self.proxies[:turn]:
                    if number < rounds_of(self.options, scene, proxy.kind):
                        told(scene, proxy, number)
                        by_proxy = results.setdefault(scene.name, {})
                        by_proxy.setdefault(proxy.name, []).append(self.measure(scene, proxy))

    def finish(self):
        """The same idle connections again, after all that load and a rest."""
        time.sleep(REST)
        for proxy in self.proxies:
            self.once[proxy.name]["idle_after_mb"] = self.idle(proxy)
        return self.once

    def stop(self):
        for proxy in self.proxies:
            proxy.stop()
        self.loads.stop()
        self.instances.stop()


def rounds_of(options, scene, kind):
    """How often this is measured; what the proxy does not speak, never."""
    if scene.wire not in kind.wires:
        return 0
    return options.rounds if scene.leading and kind.judged else options.side_rounds


def connection(port):
    """Open, and with one request answered on it."""
    s = socket.create_connection(("127.0.0.1", port), timeout=10)
    s.sendall(b"GET /small HTTP/1.1\r\nHost: bench\r\n\r\n")
    text = b""
    while b"\r\n\r\n" not in text or len(text) < text.index(b"\r\n\r\n") + 4 + 128:
        part = s.recv(4096)
        if not part:
            raise ConnectionError("closed before it had answered")
        text += part
    return s
