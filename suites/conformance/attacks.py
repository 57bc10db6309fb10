"""The project's own corpora of attacks, which `make test` runs as well: for docs/conformance.md.

Request smuggling and desync over HTTP/1.1, answers of hostile instances, abuse of HTTP/2's heads,
frames and compression, and what fuzzing has kept. Run by Maven, in a build of its own.
"""

import glob
import os
import subprocess
import xml.etree.ElementTree as ElementTree

from conformance import HOME, Conformance

BUILD = os.path.join(HOME, "target", "attacks")
SECONDS = 400

# Test class: (name, title, how)
CORPORA = {
    "DesyncTest": (
        "attacks-desync",
        "Desync corpus, requests",
        "each case at once and in pieces, and a request behind it; a recording instance",
    ),
    "HostileAnswersTest": (
        "attacks-answers",
        "Desync corpus, answers",
        "instances that answer what they should not",
    ),
    "Http2DesyncTest": (
        "attacks-http2",
        "HTTP/2 corpus",
        "to instances of HTTP/1.1 and HTTP/2, all frames at once and one by one",
    ),
    "FuzzCorpusTest": (
        "attacks-fuzz",
        "Fuzzing, six targets",
        "{kept} kept inputs, and seeded changes to them; each test is one target",
    ),
}


def kept():
    """How many inputs fuzzing has kept, for all targets."""
    total = 0
    for path in glob.glob(os.path.join(HOME, "src/test/resources/dev/ebb/gateway/fuzz/*.txt")):
        with open(path, "rb") as file:
            total += sum(1 for _ in file)
    return total


def outcomes(test):
    """case -> "" or what is wrong, from the report of a test class."""
    path = os.path.join(BUILD, "surefire-reports", f"TEST-dev.ebb.gateway.{test}.xml")
    found = {}
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        bad = [one for kind in ("failure", "error") for one in case.iter(kind)]
        name = case.get("name") or "the whole"
        found[name] = (bad[0].get("message") or bad[0].get("type")) if bad else ""
    return found


def main():
    with Conformance("attacks") as suite:
        for path in glob.glob(os.path.join(BUILD, "surefire-reports", "*.xml")):
            os.remove(path)
        command = ["mvn", "-q", "-B", "-ntp", "-Dfast", "-Dmaven.test.skip=false"]
        command += ["-Debb.werror=false", f"-Debb.build.dir={BUILD}"]
        command += [f"-Dtest={','.join(CORPORA)}", "test"]
        said = os.path.join(suite.folder, "mvn.out")
        environment = {**os.environ, "JAVA_HOME": os.path.dirname(suite.java)}
        with open(said, "wb") as out:
            child = suite.spawn(
                command, cwd=HOME, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out
            )
        # Its outcome is in the reports; without them, nothing was run.
        child.wait(timeout=SECONDS)
        for test, (name, title, how) in CORPORA.items():
            cases = outcomes(test)
            suite.settle(name, title, "this folder's", how.format(kept=kept()), cases)


if __name__ == "__main__":
    main()
