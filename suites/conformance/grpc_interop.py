"""gRPC's interop cases, its own client through the gateway to its own server.

usage: grpc_interop.py [--direct] [--soak SECONDS]

--direct runs client and server alone. --soak sends RPCs for that long (rpc_soak, channel_soak)
instead of the ten of each that the cases send.
"""

import argparse
import glob
import os
import subprocess
import zipfile

from conformance import UPSTREAM_H2, Conformance, free_port
import tools

CASE_SECONDS = 60
CASES = [
    "empty_unary",
    "cacheable_unary",
    "large_unary",
    "client_compressed_unary",
    "client_compressed_unary_noprobe",
    "server_compressed_unary",
    "client_streaming",
    "client_compressed_streaming",
    "client_compressed_streaming_noprobe",
    "server_streaming",
    "server_compressed_streaming",
    "ping_pong",
    "empty_stream",
    "custom_metadata",
    "status_code_and_message",
    "special_status_message",
    "unimplemented_method",
    "unimplemented_service",
    "cancel_after_begin",
    "cancel_after_first_response",
    "timeout_on_sleeping_server",
    "very_large_request",
    "pick_first_unary",
]
SOAK = ["rpc_soak", "channel_soak"]
METRICS = ["orca_per_rpc", "orca_oob"]
BALANCER = '{"loadBalancingConfig":[{"test_backend_metrics_load_balancer":{}}]}'
EXCLUDE = [
    (name, "Needs an identity of a cloud, which the server does not check")
    for name in (
        "compute_engine_creds",
        "service_account_creds",
        "jwt_token_creds",
        "oauth2_auth_token",
        "per_rpc_creds",
        "google_default_credentials",
    )
]


def cases(suite, classpath, port, seconds, names, *options):
    command = [os.path.join(suite.java, "java"), "-XX:+UseSerialGC", "-Xmx512m"]
    command += ["-cp", classpath, "GrpcInterop", str(seconds), ",".join(names)]
    command += ["--server_host=127.0.0.1", f"--server_port={port}", *options]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=seconds * (len(names) + 1)
    )
    outcomes = {}
    for line in done.stdout.splitlines():
        words = line.split(" ", 3)
        if words[0] in ("ok", "FAILED") and words[1] in names:
            outcomes[words[1]] = "" if words[0] == "ok" else (words + [""])[3] or "failed"
    for name in names:
        outcomes.setdefault(name, f"the client ended: {done.stderr[-200:]}")
    return outcomes


def run(suite, classpath, port, soak, names, *transport):
    soaking = [f"--soak_iterations={soak * 50 or 10}", "--soak_max_failures=0"]
    soaking += [f"--soak_overall_timeout_seconds={soak + 40}", "--soak_num_threads=2"]
    # How fast it is on a busy machine is for benchmarks to say.
    soaking.append("--soak_per_iteration_max_acceptable_latency_ms=20000")
    if soak:
        soaking.append("--soak_min_time_ms_between_rpcs=40")
    outcomes = {}
    for group, options in (
        (CASES, []),
        (METRICS, [f"--service_config_json={BALANCER}"]),
        (SOAK, soaking),
    ):
        chosen = [name for name in group if name in names]
        if chosen:
            seconds = CASE_SECONDS + (soak if group is SOAK else 0)
            outcomes |= cases(suite, classpath, port, seconds, chosen, *options, *transport)
    return outcomes


def private(path, flags):
    return os.open(path, flags, 0o600)


def identity(suite, classpath):
    """The certificate that the client trusts for a test, and its key, as files."""
    files = []
    (jar,) = glob.glob(f"{classpath.split(':')[1]}".replace("*", "grpc-testing-1*.jar"))
    with zipfile.ZipFile(jar) as archive:
        for name in ("server1.pem", "server1.key"):
            files.append(os.path.join(suite.folder, name))
            with open(files[-1], "wb", opener=private) as file:
                file.write(archive.read(f"certs/{name}"))
    return files


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--direct", action="store_true")
    parser.add_argument("--soak", type=int, default=0, metavar="SECONDS")
    options = parser.parse_args()
    title = "gRPC interop"
    with Conformance("grpc") as suite:
        try:
            classpath = tools.java()
        except tools.Missing as missing:
            suite.missing("grpc", title, missing)
            return
        marker = "grpc-interop-testing</artifactId>\n      <version>"
        version = tools.version("java/pom.xml", marker)
        port = free_port()
        server = [os.path.join(suite.java, "java"), "-XX:+UseSerialGC", "-Xmx512m"]
        server += ["-cp", classpath, "io.grpc.testing.integration.TestServiceServer"]
        suite.server([*server, f"--port={port}", "--use_tls=false"], port)
        names = [*CASES, *METRICS, *SOAK]
        plaintext = ["--use_tls=false"]
        direct = run(suite, classpath, port, 0, names, *plaintext)
        suite.insist(
            "grpc", direct, {}, lambda few: run(suite, classpath, port, 0, few, *plaintext)
        )
        failing = [case for case, detail in direct.items() if detail]
        suite.say(f"client and server alone: {len(direct)} cases, fails {len(failing)}")
        for case in failing:
            suite.say(f"  {case}: {direct[case]}")
        if options.direct:
            suite.check(len(direct) > 20 and len(failing) < 6, "client and server are fit for it")
            return
        plain, tls = suite.gateway(port, *UPSTREAM_H2, identity=identity(suite, classpath))
        trusting = ["--use_tls=true", "--use_test_ca=true"]
        trusting.append("--server_host_override=foo.test.google.fr")
        for name, at, transport, words in (
            ("grpc", plain, plaintext, ("", "client, gateway, server; h2 without TLS")),
            ("grpc-tls", tls, trusting, (", TLS", "client over TLS, gateway, server; h2")),
        ):
            outcomes = run(suite, classpath, at, options.soak, names, *transport)
            again = suite.insist(
                name,
                outcomes,
                direct,
                lambda few: run(suite, classpath, at, options.soak, few, *transport),
            )
            suite.settle(
                name, title + words[0], version, words[1], outcomes, direct, EXCLUDE, again
            )


if __name__ == "__main__":
    main()
