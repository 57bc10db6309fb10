"""Processes on chosen cores, and what they cost. Linux's /proc, seconds and MB (10^6 bytes)."""
import os, platform, re, resource, shutil, signal, socket, subprocess, sys, time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
CACHE = os.path.join(os.path.expanduser("~"), ".cache", "ebb", "bench")
TICK = os.sysconf("SC_CLK_TCK")


def say(text, end="\n"):
    """To stderr; on a terminal, an end of "" lets the next line replace it."""
    if sys.stderr.isatty():
        print("\r\033[K" + text, end=end, file=sys.stderr, flush=True)
    elif text:
        print(text, file=sys.stderr, flush=True)


def write(path, text):
    with open(path, "w") as out:
        out.write(text)
    return path


def tool(name):
    """The path of a program, or nothing."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin") or ""


def output(*command):
    """What a program says about itself, on either stream; nothing if it cannot run."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        return done.stdout + done.stderr
    except (OSError, subprocess.TimeoutExpired):
        return ""


def java_home():
    return output(os.path.join(ROOT, "bin", "find-jdk.sh")).strip()


def java(*arguments):
    """The same JVM and options for every proxy in Java and for the load."""
    return [os.path.join(java_home(), "bin", "java"), "-XX:+UseSerialGC", "-Xmx256m",
            "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow",
            *arguments]


def cores_of_proxy(threads):
    return "0" if threads == 1 else f"0-{threads - 1}"


def cores_of_load(threads):
    """The core beside the proxy's; with several threads there is none to spare, and all share."""
    return "1" if threads == 1 and os.cpu_count() > 1 else f"0-{os.cpu_count() - 1}"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def allow_many_files():
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def busy_seconds():
    """CPU that all processes of the machine have used, and that its host took away."""
    with open("/proc/stat") as stat:
        user, nice, system, _, _, irq, softirq, steal = map(int, stat.readline().split()[1:9])
    return (user + nice + system + irq + softirq + steal) / TICK


def certificate(folder):
    """A new one of P-256 and its key, as everyone here uses them."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "2", "-subj", "/CN=bench",
         "-addext", "subjectAltName=DNS:bench,IP:127.0.0.1",
         "-keyout", os.path.join(folder, "key.pem"),
         "-out", os.path.join(folder, "certificate.pem")], check=True, capture_output=True)


def description():
    """The machine in a few words."""
    model = re.search(r"model name\s*:\s*(.+)", open("/proc/cpuinfo").read())
    memory = int(re.search(r"MemTotal:\s+(\d+)", open("/proc/meminfo").read()).group(1)) / 2**20
    return (f"{os.cpu_count()} cores of {model.group(1) if model else platform.machine()}, "
            f"{memory:.0f} GiB, Linux {platform.release()}")


class Process:
    """A program and its children, started on the given cores in a session of its own."""

    def __init__(self, command, cores, **streams):
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.handle = subprocess.Popen(
            ["taskset", "-c", cores, *command], start_new_session=True, **{**quiet, **streams})

    def ended(self):
        return self.handle.poll() is not None

    def pids(self):
        """taskset becomes what it starts."""
        pids = [self.handle.pid]
        for pid in pids:
            try:
                with open(f"/proc/{pid}/task/{pid}/children") as children:
                    pids += [int(child) for child in children.read().split()]
            except OSError:
                pass
        return pids

    def cpu_seconds(self):
        """User and system time of all threads."""
        total = 0
        for pid in self.pids():
            try:
                with open(f"/proc/{pid}/stat") as stat:
                    fields = stat.read().rsplit(")", 1)[1].split()
            except OSError:
                continue
            total += int(fields[11]) + int(fields[12])
        return total / TICK

    def memory_mb(self):
        """Resident; what processes share counts for each."""
        total = 0
        for pid in self.pids():
            with open(f"/proc/{pid}/status") as status:
                found = re.search(r"VmRSS:\s+(\d+)", status.read())
            total += int(found.group(1)) if found else 0
        return total * 1024 / 1e6

    def stop(self):
        if self.ended():
            return
        os.killpg(self.handle.pid, signal.SIGTERM)
        try:
            self.handle.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(self.handle.pid, signal.SIGKILL)
            self.handle.wait()


def answers(port):
    """Whether a GET over plain HTTP/1.1 gets a 200."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as s:
            s.sendall(b"GET /small HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n")
            return s.recv(64).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def wait_for(condition, seconds, step=0.002):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(step)
    return False
