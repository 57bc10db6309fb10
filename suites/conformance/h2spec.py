"""h2spec, strict, against the gateway; and its cases for clients against the gateway's upstreams.

usage: h2spec.py [--direct] [--only SECTION]

--direct runs it against nghttpd (package nghttp2-server) without a gateway: a check of this suite.
"""

import argparse
import json
import os
import shutil
import subprocess
import xml.etree.ElementTree as xml

from conformance import UPSTREAM_H2, Conformance, connects, free_port, wait_until
from suite import LIB
import tools

SECONDS = 420


def server_cases(suite, program, port, *options):
    """case -> what is wrong with it."""
    report = os.path.join(suite.folder, "h2spec.xml")
    command = [program, "-h", "127.0.0.1", "-p", str(port), "-S", "-o", "4", "-j", report]
    done = subprocess.run([*command, *options], capture_output=True, text=True, timeout=SECONDS)
    if not os.path.exists(report):
        raise AssertionError(f"h2spec left no report: {done.stdout[-500:]}")
    outcomes = {}
    for group in xml.parse(report).getroot().iter("testsuite"):
        for number, case in enumerate(group.iter("testcase"), 1):
            bad = [e for e in case if e.tag in ("failure", "error")]
            skipped = [e for e in case if e.tag == "skipped"]
            name = f"{case.get('package')}/{number}"
            detail = " ".join("".join(e.itertext()) for e in bad)
            outcomes[name] = f"{case.get('classname')}: {' '.join(detail.split())}" if bad else ""
            if skipped:
                outcomes[name] = f"{case.get('classname')}: skipped"
    os.remove(report)
    return outcomes


def one_by_one(suite, program, port, transport, cases):
    """A report of one case numbers it anew: what is wrong with any is wrong with it."""
    outcomes = {}
    for case in cases:
        found = server_cases(suite, program, port, *transport, case).values()
        outcomes[case] = " ".join(detail for detail in found if detail)
    return outcomes


def client_cases(suite, program, *options):
    """The same of the cases for clients; the gateway is started once the upstream listens."""
    upstream = free_port()
    plain = free_port()
    with open(os.path.join(suite.folder, "clientside.err"), "wb") as errors:
        child = suite.spawn(
            [program, "-listen", f"127.0.0.1:{upstream}", "-gateway", f"127.0.0.1:{plain}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    wait_until(lambda: connects(upstream), 10, "the upstream of the client cases")
    child.stdout.readline()
    suite.gateway(upstream, *UPSTREAM_H2, *options, plain=plain)
    out, _ = child.communicate("go\n", timeout=SECONDS)
    outcomes = {}
    for line in map(json.loads, out.splitlines()):
        good = line["outcome"] == "passed"
        detail = f"{line['description']}: {line.get('detail') or line['outcome']}"
        outcomes[line["case"]] = "" if good else f"{detail} (answered {line['answer']})"
    return outcomes


def instance(suite):
    """The suites' own instance, HTTP/1.1, with ids written down nowhere of interest."""
    classes = os.path.join(suite.folder, "classes")
    source = os.path.join(LIB, "IdServer.java")
    subprocess.run(
        [os.path.join(suite.java, "javac"), "-nowarn", "-d", classes, source], check=True
    )
    port = free_port()
    java = [os.path.join(suite.java, "java"), "-XX:+UseSerialGC", "-Xmx64m", "-cp", classes]
    suite.server([*java, "IdServer", str(port), suite.notes, "h2spec"], port)
    return port


def directly(suite, folder, only):
    nghttpd = shutil.which("nghttpd") or "/usr/sbin/nghttpd"
    pages = os.path.join(suite.folder, "pages")
    os.mkdir(pages)
    with open(os.path.join(pages, "index.html"), "w") as file:
        file.write("a page\n")
    port = free_port()
    suite.server([nghttpd, "--no-tls", "-d", pages, str(port)], port)
    outcomes = server_cases(suite, os.path.join(folder, "h2spec"), port, *only)
    for case, detail in outcomes.items():
        if detail:
            suite.say(f"  {case}: {detail}")
    failing = [case for case, detail in outcomes.items() if detail]
    suite.check(len(failing) < 4, f"nghttpd: {len(outcomes)} cases, fails {failing}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--direct", action="store_true")
    parser.add_argument("--only", action="append", default=[], metavar="SECTION")
    options = parser.parse_args()
    title = "h2spec, strict"
    with Conformance("h2spec") as suite:
        try:
            folder = tools.h2spec()
        except tools.Missing as missing:
            suite.missing("h2spec", title, missing)
            return
        pinned = tools.version("h2spec/go.mod", "summerwind/h2spec v")
        version = pinned.removesuffix("+incompatible")
        if options.direct:
            directly(suite, folder, options.only)
            return
        program = os.path.join(folder, "h2spec")
        plain, tls = suite.gateway(instance(suite))
        for name, at, transport, words in (
            ("h2spec", plain, [], ("", "against the gateway, prior knowledge")),
            ("h2spec-tls", tls, ["-t", "-k"], (", TLS", "against the gateway, ALPN")),
        ):
            outcomes = server_cases(suite, program, at, *transport, *options.only)
            again = suite.insist(
                name, outcomes, {}, lambda few: one_by_one(suite, program, at, transport, few)
            )
            suite.settle(name, title + words[0], version, words[1], outcomes, again=again)
        program = os.path.join(folder, "clientside")
        outcomes = client_cases(suite, program)
        again = suite.insist(
            "h2spec-client", outcomes, {}, lambda few: client_cases(suite, program)
        )
        how = "the gateway's connections to instances, prior knowledge"
        suite.settle(
            "h2spec-client", "h2spec, cases for clients", version, how, outcomes, again=again
        )


if __name__ == "__main__":
    main()
