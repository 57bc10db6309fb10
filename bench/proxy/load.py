"""The load: wrk and h2load at saturation, a generator of our own at a fixed rate."""
import json, os, re, subprocess, sys, time

from machine import HERE, ROOT, Process, cores_of_load, java, output, write

# What every side offers, so that none has a longer key than another.
END_SECONDS = 60
CIPHER = "TLS_AES_128_GCM_SHA256"
CONNECTING = {32: 1, 1000: 2}


class Unmeasured(Exception):
    """A run that came to nothing, with the reason."""


def generator_jar():
    """What the load at a fixed rate runs from; whoever will need it asks before anything begins."""
    jar = os.path.join(ROOT, "bench", "target", "benchmarks.jar")
    if not os.path.exists(jar):
        sys.exit(f"{jar} is missing: the load at a fixed rate runs from it. "
                 "Build it with: make bench/target/benchmarks.jar")
    return jar


class Loads:
    """All load goes out from here, one run at a time. To be stopped."""

    def __init__(self, folder, threads):
        self.folder, self.cores = folder, cores_of_load(threads)
        self.environment = {**os.environ, "OPENSSL_CONF": write(
            os.path.join(folder, "wrk-tls.cnf"),
            "openssl_conf = all\n[all]\nssl_conf = ssl\n[ssl]\nsystem_default = wrk\n"
            f"[wrk]\nMinProtocol = TLSv1.3\nCiphersuites = {CIPHER}\n")}
        self.generator = None

    def open_loop(self, scene, port, seconds, rate):
        """By one generator for all runs, so that it is warm."""
        if self.generator is None or self.generator.ended():
            self.generator = Process(
                java("-cp", generator_jar(), "dev.ebb.bench.proxy.OpenLoop"), self.cores, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return OpenLoop(self.generator, scene, port, seconds, rate)

    def begin(self, scene, port, seconds, rate):
        """A run that has begun, and is steady once this returns."""
        if scene.load == "rate":
            return self.open_loop(scene, port, seconds, rate)
        lead = CONNECTING.get(scene.connections, 1)
        run = self.h2load if scene.wire == "h2" else self.wrk
        load = run(scene, port, seconds, lead)
        time.sleep(lead - 0.1)
        return load

    def wrk(self, scene, port, seconds, lead):
        scheme = "http" if scene.wire == "h1" else "https"
        process = Process(
            ["wrk", "-t1", f"-c{scene.connections}", f"-d{seconds + lead}s", "--timeout", "10s",
             "-s", os.path.join(HERE, "report.lua"), f"{scheme}://127.0.0.1:{port}{scene.path}"],
            self.cores, text=True, stdout=subprocess.PIPE, env=self.environment)
        return Run(process, lambda text: json.loads(text.strip().splitlines()[-1]))

    def h2load(self, scene, port, seconds, lead):
        log = os.path.join(self.folder, "h2load.log")
        if os.path.exists(log):
            os.remove(log)
        process = Process(
            ["h2load", "-t1", f"-c{scene.connections}", f"-m{scene.streams}", f"-D{seconds}s",
             f"--warm-up-time={lead}s", f"--tls13-ciphers={CIPHER}", f"--log-file={log}",
             f"https://127.0.0.1:{port}{scene.path}"],
            self.cores, text=True, stdout=subprocess.PIPE)
        return Run(process, lambda text: h2load_figures(text, log))

    def stop(self):
        if self.generator:
            self.generator.stop()


class Run:
    def __init__(self, process, read):
        self.process, self.read = process, read

    def figures(self):
        """Waits for its end: latencies in milliseconds, and errors."""
        try:
            text, _ = self.process.handle.communicate(timeout=END_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.stop()
            raise Unmeasured(f"the load had not ended after {END_SECONDS} s")
        if self.process.handle.returncode or not text.strip():
            raise Unmeasured(f"the load ended with {self.process.handle.returncode}")
        return self.read(text)


def h2load_figures(text, log):
    counts = re.search(r"requests: .* (\d+) failed, (\d+) errored, (\d+) timeout", text)
    wrong = re.search(r"status codes: \d+ 2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx", text)
    agreed = re.search(r"Application protocol: h2", text)
    if not counts or not agreed:
        raise Unmeasured(f"h2load says: {text}")
    with open(log) as lines:
        taken = sorted(int(line.split("\t")[2]) for line in lines)
    at = lambda share: taken[min(len(taken) - 1, int(share * len(taken)))] / 1000 if taken else 0
    return {"p50_ms": at(0.5), "p99_ms": at(0.99), "p999_ms": at(0.999),
            "errors": int(counts.group(1)) + sum(map(int, wrong.groups()))}


class OpenLoop:
    def __init__(self, process, scene, port, seconds, rate):
        self.process, handle = process, process.handle
        self.order = f"{scene.wire} {port} {scene.path} {rate} {scene.connections} {seconds}"
        try:
            handle.stdin.write(self.order + "\n")
            handle.stdin.flush()
            self.early = handle.stdout.readline()
        except BrokenPipeError:
            self.early = ""

    def figures(self):
        line = self.process.handle.stdout.readline() if self.early == "measuring\n" else self.early
        figures = json.loads(line or '{"failure": "the generator ended"}')
        if "failure" in figures:
            raise Unmeasured(figures["failure"])
        return figures


def versions():
    def version(pattern, *command):
        found = re.search(pattern, output(*command))
        return found.group(1) if found else "?"

    return {"wrk": version(r"wrk (\S+)", "wrk", "-v"),
            "h2load": version(r"nghttp2/(\S+)", "h2load", "--version"),
            "java": version(r'version "(\S+)"', java()[0], "-version")}
