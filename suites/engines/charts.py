#!/usr/bin/env python3
"""What deploy/kubernetes installs, rendered by the real kustomize and the real Helm. Standard library
only.

    charts.py build            builds the two, once for each version
    charts.py render FOLDER    writes FOLDER/kustomize.yaml, FOLDER/helm.yaml,
                               FOLDER/helm-namespaces.yaml, and both with all that is opt-in as
                               kustomize-more.yaml and helm-more.yaml, and checks what the chart's schema refuses

The exit status is 3 where something that this needs is not installed, and the message says what.
"""

import os
import shutil
import subprocess
import sys

import control_plane
from control_plane import Missing

HOME = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CACHE = os.path.join(os.path.dirname(control_plane.CACHE), "charts")
MANIFESTS = os.path.join(HOME, "deploy", "kubernetes")
CHART = os.path.join(MANIFESTS, "chart")
VERSIONS = {
    "kustomize": ("sigs.k8s.io/kustomize/kustomize/v5", "v5.8.1"),
    "helm": ("helm.sh/helm/v4/cmd/helm", "v4.3.1"),
}
MISSING = 3

# Each of these is wrong, and the chart's schema has to say so.
REFUSED = (
    "replicas=0",
    "image.pullPolicy=Sometimes",
    "namespaces={Shop}",
    "replica=2",
    "metricsPort=8081",
)


def binary(name):
    return os.path.join(CACHE, VERSIONS[name][1], name)


def build():
    for name, (module, version) in VERSIONS.items():
        path = binary(name)
        if os.path.exists(path):
            continue
        program = control_plane.go()
        print(f"building {name} {version}: up to four minutes of CPU, once", flush=True)
        aside = os.path.dirname(path) + ".new"
        shutil.rmtree(aside, ignore_errors=True)
        environment = {**os.environ, "CGO_ENABLED": "0", "GOWORK": "off", "GOBIN": aside}
        environment.setdefault("GOTOOLCHAIN", "auto")
        parallel = os.environ.get("EBB_GO_PARALLEL", "2")
        command = [program, "install", "-p", parallel, "-ldflags", "-s -w", f"{module}@{version}"]
        if subprocess.run(command, env=environment, check=False).returncode != 0:
            raise SystemExit(f"{name} could not be built; go says why above")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        os.replace(os.path.join(aside, name), path)
        shutil.rmtree(aside)


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}:\n{done.stderr.strip()}")
    return done.stdout


def template(*more):
    release = ("ebb", CHART, "--namespace", "ebb-system", "--include-crds")
    return run(binary("helm"), "template", *release, "--kube-version", "1.36.0", *more)


def refuses(value):
    command = [binary("helm"), "template", "ebb", CHART, "--set", value]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 0 or "schema" not in done.stderr:
        raise SystemExit(f"the chart's schema does not refuse {value}:\n{done.stderr.strip()}")


def overlay(folder):
    """With what is opt-in, as somebody's own overlay has it."""
    place = os.path.join(folder, "overlay")
    os.makedirs(place, exist_ok=True)
    base = os.path.relpath(MANIFESTS, os.path.realpath(place))
    with open(os.path.join(place, "kustomization.yaml"), "w", encoding="utf-8") as file:
        file.write(
            f"resources: [{base}]\ncomponents: [{base}/rollouts, {base}/slices]\n"
        )
    return place


def render(folder):
    for name in VERSIONS:
        if not os.path.exists(binary(name)):
            raise Missing(f"{name} is not built: {__file__} build")
    run(binary("helm"), "lint", "--strict", CHART)
    for value in REFUSED:
        refuses(value)
    os.makedirs(folder, exist_ok=True)
    rendered = {
        "kustomize.yaml": run(binary("kustomize"), "build", MANIFESTS),
        "helm.yaml": template(),
        "helm-namespaces.yaml": template("--set", "namespaces={web,shop}"),
        "kustomize-more.yaml": run(binary("kustomize"), "build", overlay(folder)),
        "helm-more.yaml": template("--set", "rollouts=true,slices=true"),
    }
    for name, text in rendered.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)


def main(arguments):
    try:
        match arguments:
            case ["build"]:
                build()
            case ["render", folder]:
                render(folder)
            case _:
                raise SystemExit(__doc__)
    except Missing as missing:
        print(missing, file=sys.stderr)
        return MISSING
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
