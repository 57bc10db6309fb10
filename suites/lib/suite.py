"""What the suites share: an Ebb of their own, its instances, load, checks. Standard library only.

Everything that a suite starts is a child of it or carries the suite's folder in its environment,
and is ended by its pid when the suite ends, however that comes about.
"""

import collections
import glob
import http.client
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

HOME = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# Another one than this folder's may be judged, an installed one for example.
EBB = os.environ.get("EBB_COMMAND") or os.path.join(HOME, "ebb")
LIB = os.path.join(HOME, "suites", "lib")
SERVICE = "check"


class Suite:
    """Progress, checks, and the summary line. Use as `with Suite(name) as suite:`."""

    def __init__(self, name):
        self.name = name
        self.began = time.monotonic()
        self.passed = 0
        self.failed = []
        self.children = []
        self.folder = tempfile.mkdtemp(prefix="ebb-suite-")
        self.notes = os.path.join(self.folder, "notes")
        os.mkdir(self.notes)
        self.java = None

    def __enter__(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda n, _: sys.exit(128 + n))
        try:
            self.prepare()
        except BaseException:
            self.clean()
            raise
        return self

    def __exit__(self, kind, error, trace):
        if kind is not None and kind is not SystemExit:
            self.failed.append(f"the suite itself: {kind.__name__}: {error}")
        try:
            if self.failed:
                self.keep_evidence()
        finally:
            self.clean()
        for what in self.failed:
            print(f"  FAILED {what}")
        print(f"{self.passed} passed, {len(self.failed)} failed", flush=True)
        if kind is not None and kind is not SystemExit:
            import traceback

            traceback.print_exception(kind, error, trace)
        if kind is SystemExit:
            return False
        sys.exit(1 if self.failed else 0)

    def prepare(self):
        self.java = os.path.join(
            subprocess.check_output([os.path.join(HOME, "bin", "find-jdk.sh")], text=True).strip(),
            "bin",
        )
        self.say("building Ebb, if it is not built")
        subprocess.run([EBB, "version"], check=True, stdout=subprocess.DEVNULL)
        classes = os.path.join(self.folder, "classes")
        subprocess.run(
            [os.path.join(self.java, "javac"), "-nowarn", "-d", classes]
            + glob.glob(os.path.join(LIB, "*.java")),
            check=True,
        )
        self.classes = classes

    def say(self, text):
        print(f"[{time.monotonic() - self.began:6.1f} s] {text}", flush=True)

    def check(self, good, what, detail=""):
        """One thing that must hold; `detail` is told when it does not."""
        if good:
            self.passed += 1
            self.say(f"ok: {what}")
        else:
            self.failed.append(f"{what}{': ' + str(detail) if detail else ''}")
            self.say(f"FAILED: {what} {detail}")
        return good

    def spawn(self, command, **more):
        child = subprocess.Popen(command, **more)
        self.children.append(child)
        return child

    def java_command(self, name, *arguments):
        options = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-Xmx48m"]
        return [
            os.path.join(self.java, "java"),
            *options,
            "-cp",
            self.classes,
            name,
            *map(str, arguments),
        ]

    def config(self, text, **values):
        """Writes a configuration; `@command@` stands for what starts an instance."""
        command = self.java_command("IdServer", "${port}", self.notes, "${instance}")
        values["command"] = json.dumps(command)
        for key, value in values.items():
            text = text.replace(f"@{key}@", str(value))
        path = os.path.join(self.folder, "suite.yaml")
        with open(path, "w") as file:
            file.write(text)
        return path

    def keep_evidence(self):
        target = os.path.join(HOME, "target", "suites", self.name)
        shutil.rmtree(target, ignore_errors=True)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copytree(
            self.folder,
            target,
            ignore=shutil.ignore_patterns("classes", "lock", "*.sock"),
            ignore_dangling_symlinks=True,
        )
        self.say(f"evidence kept in {target}")

    def instances_by_environment(self):
        """pid -> (instance, token) of every instance of this suite's Ebb that is alive."""
        found = {}
        for entry in os.listdir("/proc"):
            if not entry.isdigit():
                continue
            try:
                with open(f"/proc/{entry}/cmdline", "rb") as file:
                    words = file.read().split(b"\0")
                with open(f"/proc/{entry}/environ", "rb") as file:
                    pairs = file.read().split(b"\0")
                with open(f"/proc/{entry}/stat") as file:
                    state = file.read().rsplit(")", 1)[1].split()[0]
            except OSError:
                continue
            mine = self.notes.encode() in words and b"IdServer" in words
            if mine and state not in "ZX":
                environment = dict(p.split(b"=", 1) for p in pairs if b"=" in p)
                found[int(entry)] = (
                    environment.get(b"EBB_INSTANCE", b"?").decode(),
                    environment.get(b"EBB_TOKEN", b"?").decode(),
                )
        return found

    def clean(self):
        for child in self.children:
            if child.poll() is None:
                end(child.pid, signal.SIGTERM)
        for child in self.children:
            try:
                child.wait(timeout=20)
            except subprocess.TimeoutExpired:
                end(child.pid, signal.SIGCONT)
                end(child.pid, signal.SIGKILL)
                child.wait()
        for pid in self.instances_by_environment():
            end(pid, signal.SIGCONT)
            end(pid, signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)


def end(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def wait_until(condition, seconds, what):
    """The condition's first true value; raises after the time."""
    until = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > until:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.05)


class Ebb:
    """One `ebb run`, driven by commands; looked at through its admin API, which is cheaper."""

    def __init__(self, suite, file):
        self.suite = suite
        self.file = file
        self.state = os.path.join(suite.folder, "state")
        self.process = None
        self.output = os.path.join(suite.folder, "ebb.out")

    def start(self, wait=True):
        with open(self.output, "ab") as out:
            self.process = self.suite.spawn(
                [EBB, "run", self.file, "--state", self.state],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                cwd=self.suite.folder,
            )
        if wait:
            wait_until(lambda: self.alive() and self.view(), 60, "Ebb's admin API")
        return self

    def alive(self):
        if self.process.poll() is not None:
            raise AssertionError(f"Ebb has ended with {self.process.returncode}: {self.tail()}")
        return True

    def tail(self):
        with open(self.output, errors="replace") as file:
            return "".join(file.readlines()[-15:])

    def kill(self):
        """SIGKILL, as a crash would be."""
        self.process.kill()
        self.process.wait()

    def view(self):
        """What `ebb status --json` prints, or None while nobody answers."""
        try:
            with open(os.path.join(self.state, "admin.json")) as file:
                admin = json.load(file)
            if admin["pid"] != self.process.pid:
                return None
            connection = http.client.HTTPConnection(admin["host"], admin["port"], timeout=10)
            try:
                connection.request("GET", "/v1/status")
                view = json.loads(connection.getresponse().read())
                # Before it has read its journal, it knows no service yet.
                return view if view["status"]["services"] else None
            finally:
                connection.close()
        except (OSError, ValueError, KeyError, http.client.HTTPException):
            return None

    def must_view(self):
        return wait_until(lambda: self.alive() and self.view(), 30, "Ebb's view")

    def service(self):
        return self.must_view()["status"]["services"][0]

    def instances(self):
        """name -> its row in the status."""
        return {i["id"]: i for i in self.service()["instances"]}

    def in_state(self, *lifecycles):
        return [n for n, i in self.instances().items() if i["lifecycle"] in lifecycles]

    def traffic(self):
        return self.must_view()["traffic"][SERVICE]

    def wait_serving(self, count, seconds=90):
        def ready():
            rows = self.instances().values()
            good = [r for r in rows if r["lifecycle"] == "SERVING" and r["health"] == "HEALTHY"]
            return len(good) == count and len(rows) == count

        wait_until(ready, seconds, f"{count} serving instances")

    def command(self, *words, check=True):
        done = subprocess.run(
            [EBB, *words, "--state", self.state],
            capture_output=True,
            text=True,
            cwd=self.suite.folder,
            timeout=200,
        )
        if check and done.returncode != 0:
            raise AssertionError(f"ebb {' '.join(words)}: {done.stdout}{done.stderr}")
        return done

    def begin(self, *words):
        """A command that nobody waits for; that it may fail is part of the plan."""
        self.suite.spawn(
            [EBB, *words, "--state", self.state],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def journal(self):
        """The lines of the journal's segments, oldest first."""
        lines = []
        for path in sorted(glob.glob(os.path.join(self.state, "journal", "*"))):
            if os.path.isfile(path):
                with open(path, errors="replace") as file:
                    lines += file.readlines()
        return lines


class CheckClient:
    """The checking client, while it runs."""

    def __init__(self, suite, port, rate, tag, *kinds):
        self.file = os.path.join(suite.folder, f"{tag}.requests")
        self.child = suite.spawn(
            suite.java_command("CheckClient", port, rate, self.file, tag, *kinds),
            stdin=subprocess.PIPE,
        )

    def finish(self):
        """Stops sending, waits for what is in flight; returns the requests."""
        self.child.stdin.close()
        self.child.wait(timeout=120)
        if self.child.returncode != 0:
            raise AssertionError(f"the checking client ended with {self.child.returncode}")
        Request = collections.namedtuple("Request", "id kind outcome instance micros")
        with open(self.file) as file:
            return [Request(*line.split()[:4], int(line.split()[4])) for line in file]


def answered_ids(suite):
    """Counter of all ids that instances have written down, and the same by instance."""
    ids = collections.Counter()
    by_instance = collections.defaultdict(set)
    for path in glob.glob(os.path.join(suite.notes, "*.ids")):
        name = os.path.basename(path).rsplit("-", 1)[0]
        with open(path) as file:
            for line in file:
                ids[line.strip()] += 1
                by_instance[name].add(line.strip())
    return ids, by_instance


def answered_counts(suite):
    """(GET, POST) answered by all instances to requests without an id."""
    sums = [0, 0]
    for path in glob.glob(os.path.join(suite.notes, "*.counts")):
        with open(path, "rb") as file:
            for i, value in enumerate(struct.unpack(">2q", file.read(16))):
                sums[i] += value
    return tuple(sums)


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def tool(name):
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
