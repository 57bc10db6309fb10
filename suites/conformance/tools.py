"""Other people's tools: fetched once, by the ordinary clients of pip, Go and Maven, into a cache
outside the project (EBB_CACHE, else ~/.cache/ebb). Versions are pinned in the files named here.
"""

import glob
import hashlib
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
HOME = os.path.dirname(os.path.dirname(HERE))
CACHE = os.environ.get("EBB_CACHE") or os.path.expanduser("~/.cache/ebb")
FETCH_SECONDS = 600


class Missing(Exception):
    """A tool cannot be had here. Elsewhere its suite is skipped; in CI that is a failure."""


def run(command, what, **more):
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=FETCH_SECONDS, check=False, **more
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Missing(f"{what}: {error}") from error
    if done.returncode != 0:
        said = (done.stdout + done.stderr).strip().splitlines()
        raise Missing(f"{what}: {' / '.join(said[-3:])[:400]}")


def cached(name, pins, make):
    """The folder of a tool; made anew when one of the files that pin its versions has changed."""
    digest = hashlib.sha256()
    for pin in pins:
        with open(pin, "rb") as file:
            digest.update(file.read())
    folder = os.path.join(CACHE, "conformance", f"{name}-{digest.hexdigest()[:12]}")
    if not os.path.exists(os.path.join(folder, "complete")):
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        make(folder)
        open(os.path.join(folder, "complete"), "w").close()
    return folder


def python():
    """A Python with the WebSocket suite and its echo service."""
    pins = [os.path.join(HERE, "requirements.txt")]

    def make(folder):
        run([sys.executable, "-m", "venv", folder], "python3 -m venv")
        pip = [os.path.join(folder, "bin", "python"), "-m", "pip", "install", "-q"]
        run([*pip, "-r", pins[0]], "pip install")

    return os.path.join(cached("python", pins, make), "bin", "python")


def h2spec():
    """The folder with h2spec and our runner of its client cases, built from its Go module."""
    module = os.path.join(HERE, "h2spec")
    pins = [os.path.join(module, n) for n in ("go.mod", "go.sum", "clientside/main.go")]
    go = shutil.which("go") or shutil.which("go", path="/usr/local/go/bin:/usr/lib/go/bin")

    def make(folder):
        if go is None:
            raise Missing("go is not installed: apt-get install golang-go")
        environment = {**os.environ, "GOBIN": folder, "GOFLAGS": "-mod=readonly", "GOWORK": "off"}
        for program in ("github.com/summerwind/h2spec/cmd/h2spec", "./clientside"):
            run([go, "install", program], "go install", cwd=module, env=environment)

    return cached("h2spec", pins, make)


def java():
    """Classpath of gRPC's interop client and server, with our runner of it."""
    module = os.path.join(HERE, "java")
    sources = sorted(glob.glob(os.path.join(module, "src/main/java/*.java")))
    home = subprocess.check_output([os.path.join(HOME, "bin", "find-jdk.sh")], text=True).strip()

    def make(folder):
        if shutil.which("mvn") is None:
            raise Missing("mvn is not installed: apt-get install maven")
        lib = os.path.join(folder, "lib")
        run(
            ["mvn", "-q", "-B", "-ntp", "-f", os.path.join(module, "pom.xml")]
            + ["dependency:copy-dependencies", f"-DoutputDirectory={lib}"],
            "mvn dependency:copy-dependencies",
            env={**os.environ, "JAVA_HOME": home},
        )
        classes = os.path.join(folder, "classes")
        javac = os.path.join(home, "bin", "javac")
        run([javac, "-nowarn", "-d", classes, "-cp", f"{lib}/*", *sources], "javac")

    folder = cached("java", [os.path.join(module, "pom.xml"), *sources], make)
    return f"{folder}/classes:{folder}/lib/*"


def version(file, marker):
    """What stands behind `marker` in a file that pins versions."""
    with open(os.path.join(HERE, file)) as text:
        return text.read().split(marker, 1)[1].split()[0].split("<")[0]
