"""The operator that is measured: started as its image starts it, and looked at from outside."""
import json, os, re, signal, subprocess, threading, time, urllib.error, urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
OPTIONS = os.path.join(ROOT, "deploy", "kubernetes", "java.options")
SHARE = "-XX:MaxRAMPercentage="
TICKS = os.sysconf("SC_CLK_TCK")
POLL_SECONDS = 0.2


def java_home():
    return subprocess.run([os.path.join(ROOT, "bin", "find-jdk.sh")], capture_output=True,
                          text=True, check=True).stdout.strip()


def options(memory_mb):
    """Those of the image, as if the container had so much memory."""
    with open(OPTIONS, encoding="utf-8") as file:
        words = file.read().split()
    share = next(float(w.removeprefix(SHARE)) for w in words if w.startswith(SHARE))
    return [w for w in words if not w.startswith(SHARE)] + [f"-Xmx{int(memory_mb * share / 100)}m"]


class Operator:
    def __init__(self, folder, kubeconfig, tick_ms, metrics_ms, memory_mb, classpath, more):
        self.home = java_home()
        what = (["-cp", classpath, "dev.ebb.cli.Main"] if classpath
                else ["-jar", os.path.join(ROOT, "target", "ebb.jar")])
        self.state = os.path.join(folder, "state")
        self.log_path = os.path.join(folder, "operator.log")
        command = [os.path.join(self.home, "bin", "java"), *options(memory_mb), *more, *what,
                   "operator", "--kubeconfig", kubeconfig, "--state", self.state,
                   "--tick", str(tick_ms), "--metrics-every", str(metrics_ms),
                   "--lease", "default/ebb"]
        self.began = time.monotonic()
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        self.rounds = []
        self.longest_gap = 0.0
        self.ended = threading.Event()
        self.ticks = 0
        self.peak_mb = 0.0

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def looked_after(self):
        return self.log().count(" is looked after")

    def alive(self):
        return self.process.poll() is None

    # ---- Its admin API

    def _at(self, path):
        with open(os.path.join(self.state, "admin.json"), encoding="utf-8") as file:
            about = json.load(file)
        return f"http://{about['host']}:{about['port']}{path}"

    def ask(self, path):
        with urllib.request.urlopen(self._at(path), timeout=60) as answer:
            return answer.read()

    def well(self):
        try:
            return self.ask("/healthz").startswith(b"ok")
        except (OSError, urllib.error.URLError, KeyError, ValueError):
            return False

    def watch(self):
        """From now on each round's time is noted."""
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self):
        while not self.ended.wait(POLL_SECONDS):
            self.peak_mb = max(self.peak_mb, self.resident_mb())
            try:
                loop = json.loads(self.ask("/v1/loop"))
            except (OSError, urllib.error.URLError, KeyError, ValueError):
                continue
            if loop["ticks"] > self.ticks:
                self.ticks = loop["ticks"]
                waiting = loop["waiting"]
                self.rounds.append((time.monotonic(), loop["last_tick_nanos"] / 1e9,
                                    waiting["services"], waiting["longest_nanos"] / 1e9))

    def rounds_since(self, since):
        return sorted(seconds for at, seconds, _, _ in self.rounds if at >= since)

    def waits_since(self, since):
        """Services that had no turn, in the mean of the rounds; and seconds, at most."""
        seen = [(services, seconds) for at, _, services, seconds in self.rounds if at >= since]
        return (sum(s for s, _ in seen) / max(1, len(seen)), max((s for _, s in seen), default=0.0))

    # ---- What it takes

    def resident_mb(self):
        try:
            with open(f"/proc/{self.process.pid}/status", encoding="utf-8") as file:
                return int(re.search(r"VmRSS:\s+(\d+) kB", file.read())[1]) * 1024 / 1e6
        except (OSError, TypeError):
            return 0.0

    def cpu_seconds(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="utf-8") as file:
            words = file.read().rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / TICKS

    def jcmd(self, *words):
        return subprocess.run([os.path.join(self.home, "bin", "jcmd"), str(self.process.pid),
                               *words], capture_output=True, text=True, check=False).stdout

    def heap(self, count):
        """MB of what is in use, after a collection of all of it; and the largest, by class."""
        said = self.jcmd("GC.class_histogram")
        total = re.search(r"^Total\s+\d+\s+(\d+)", said, re.M)
        lines = [line.split() for line in said.splitlines()
                 if re.match(r"\s*\d+:\s+\d+\s+\d+ ", line)]
        return (int(total[1]) / 1e6 if total else 0.0,
                [(int(w[2]), int(w[1]), w[3]) for w in lines[:count]])

    def threads(self):
        """CPU seconds by thread."""
        found = {}
        for line in self.jcmd("Thread.print").splitlines():
            match = re.match(r'"([^"]+)".* cpu=([0-9.]+)ms', line)
            if match:
                found[match[1]] = float(match[2]) / 1e3
        return found

    def close(self):
        self.ended.set()
        if self.alive():
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
