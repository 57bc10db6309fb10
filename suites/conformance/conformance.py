"""What the conformance suites share: a gateway in front of a service, and an account of the cases.

Each suite is a program. It leaves target/conformance/NAME.json, from which page.py writes
docs/conformance.md: {"suite", "version", "how", "passed", "failed": [{"case", "detail"}],
"exceptions": [{"case", "reason"}], "again": [case]}, or {"suite", "skipped": why}. Whatever leaves
such a file there is on the page.

exceptions.json names the cases that may fail, with the reason, by suite. One that passes all the
same, or that does not exist, is a failure: then its line there has to go.
"""

import json
import os
import socket
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "lib"))
from suite import EBB, HOME, Suite, free_port, wait_until  # noqa: E402
import tools  # noqa: E402

# What tells `ebb proxy` that its endpoints speak HTTP/2 from the first byte.
UPSTREAM_H2 = ["--protocol", "http2"]
AGAIN = 2
AGAIN_MOST = 30
RESULTS = os.path.join(HOME, "target", "conformance")


class Conformance(Suite):
    """A suite of cases that others wrote. Its children are servers and clients; no instances."""

    def prepare(self):
        self.java = os.path.dirname(
            os.path.join(
                subprocess.check_output(
                    [os.path.join(HOME, "bin", "find-jdk.sh")], text=True
                ).strip(),
                "bin",
                "java",
            )
        )
        self.say("building Ebb, if it is not built")
        subprocess.run([EBB, "version"], check=True, stdout=subprocess.DEVNULL)

    def instances_by_environment(self):
        return {}

    def server(self, command, port, **more):
        """A child that listens, once it does; its output goes into the suite's folder."""
        name = os.path.join(self.folder, f"{len(self.children)}.out")
        with open(name, "wb") as out:
            child = self.spawn(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, **more
            )

        def listening():
            if child.poll() is not None:
                with open(name, errors="replace") as said:
                    raise AssertionError(f"{command[0]} ended: {said.read()[-800:]}")
            return connects(port)

        wait_until(listening, 120, f"{command[0]} listening on {port}")
        return child

    def gateway(self, upstream, *options, plain=None, identity=None):
        """`ebb proxy` in front of a port; its ports, without and with TLS."""
        plain, tls = plain or free_port(), free_port()
        certificate, key = identity or self.certificate()
        command = [EBB, "proxy", "--listen", f"127.0.0.1:{plain}", "--to", f"127.0.0.1:{upstream}"]
        command += ["--tls", f"127.0.0.1:{tls}", "--certificate", certificate, "--key", key]
        self.server([*command, *options], plain)
        wait_until(lambda: connects(tls), 10, "the gateway's TLS port")
        return plain, tls

    def certificate(self):
        """(certificate, key) for 127.0.0.1 that nobody trusts, made for this run."""
        certificate = os.path.join(self.folder, "certificate.pem")
        key = os.path.join(self.folder, "key.pem")
        if not os.path.exists(certificate):
            words = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
            subprocess.run(
                [*words.split(), "-days", "2", "-subj", "/CN=localhost", "-addext"]
                + ["subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key]
                + ["-out", certificate],
                check=True,
                capture_output=True,
            )
        return certificate, key

    def missing(self, name, title, what):
        """A tool that cannot be had here: left out, but in CI a failure."""
        write(name, {"suite": title, "skipped": str(what)})
        if os.environ.get("CI", "").lower() in ("true", "1", "yes"):
            self.check(False, f"{title}: its tool can be had", what)
        else:
            self.say(f"{title} is left out: {what}")

    def insist(self, name, outcomes, baseline, run):
        """Runs what failed again, alone: others' clients give up after a second, and a machine that
        builds something meanwhile takes longer at times. What needed it is told.

        `run`: cases -> their outcomes.
        """
        needed = []
        excused = {**baseline_failures(baseline), **exceptions_of(name)}
        for _ in range(AGAIN):
            failed = [c for c, detail in outcomes.items() if detail and c not in excused]
            if not failed or len(failed) > AGAIN_MOST:
                break
            self.say(f"once more: {', '.join(failed)}")
            later = run(failed)
            needed += [c for c in failed if later.get(c) == ""]
            outcomes.update({c: later[c] for c in failed if c in later})
        if needed:
            self.say(f"passed when run again: {', '.join(needed)}")
        return needed

    def settle(
        self, name, title, version, how, outcomes, baseline=None, exclude=(), again=()
    ):
        """Judges the cases of a run and writes them down. Outcomes: case -> "" or what is wrong.

        Of a case that fails in the baseline (the service without a gateway), nothing is asked.
        `exclude`: (prefix of cases, reason) that were not run by intent. `again`: cases that passed
        only when they were run again. A name with "-full" is that of a longer run, with the
        exceptions of the other.
        """
        excused = exceptions_of(name.removesuffix("-full"))
        bad = {case: detail for case, detail in outcomes.items() if detail}
        exceptions = [{"case": c, "reason": r} for c, r in exclude]
        failed = []
        for case, detail in bad.items():
            if case in excused:
                exceptions.append({"case": case, "reason": excused[case]})
            elif baseline is not None and baseline.get(case):
                reason = f"The service fails it without a gateway too: {baseline[case]}"
                exceptions.append({"case": case, "reason": reason})
            else:
                failed.append({"case": case, "detail": detail})
        for case in excused:
            if case not in bad:
                passed = "passes" if case in outcomes else "is not among the cases"
                failed.append({"case": case, "detail": f"is in exceptions.json, but {passed}"})
        if baseline is not None and set(baseline) != set(outcomes):
            odd = sorted(set(baseline) ^ set(outcomes))
            failed.append({"case": ", ".join(odd[:5]), "detail": "ran on one side only"})
        passed = len(outcomes) - len(bad)
        write(
            name,
            {
                "suite": title,
                "version": version,
                "how": how,
                "passed": passed,
                "failed": failed,
                "exceptions": exceptions,
                "again": list(again),
            },
        )
        for one in failed:
            self.say(f"  {one['case']}: {one['detail']}")
        self.check(
            passed > 0 and not failed,
            f"{title}: {passed} cases passed, {len(exceptions)} exceptions",
            f"{len(failed)} failed",
        )


def exceptions_of(name):
    with open(os.path.join(HERE, "exceptions.json")) as file:
        return json.load(file).get(name, {})


def baseline_failures(baseline):
    return {case: detail for case, detail in baseline.items() if detail}


def write(name, result):
    os.makedirs(RESULTS, exist_ok=True)
    path = os.path.join(RESULTS, f"{name}.json")
    with open(f"{path}.next", "w") as file:
        json.dump(result, file, indent=1)
        file.write("\n")
    os.replace(f"{path}.next", path)


def connects(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False
