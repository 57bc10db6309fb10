"""The figures as tables."""
import datetime, os, platform, re

import verdict

HEAD = """# The operator at scale

Written by `bench/kubernetes/scale`; the same command measures again. {about}

"""

METHOD = """## What is measured, and how

A real etcd and a real kube-apiserver {version}, on the same machine as everything else; no
controllers, no nodes. The objects are written into etcd before the API server starts, with managed
fields, environment, probes and volumes, so that what goes over the wire is of a cluster's size; from
then on they are as any others. The operator is a process as its image starts it
(`deploy/kubernetes/java.options`), with the heap of a container of {memory} MB. Between it and the
API server stands a front that counts every request, serves the metrics API from loads that are set
(with 2 % of noise, so that no two figures are the same), and refuses when told to.

| Phase | |
|---|---|
| start | from when all are looked after: the first statuses are told |
| steady | every pod uses 58.5 % of its request, where 60 % is the target |
| change | half of the workloads that change go to 85 % and want more pods, half to 20 % and can do with fewer |
| refused | every request is answered with 429, and all connections are cut |
| after | the API server answers again |

A round ends after four fifths of its tick; who had no turn then is decided on in the next one
([kubernetes.md](kubernetes.md#at-scale)). Where that happened, *CPU of one with all* is what a round
would have taken that had time for all.

Nothing runs the pods: none comes when a Deployment is scaled out, and a parked one stays ready. So
a change goes as far as the scale and the gates, and no removal is completed; what that asks for is
in `OperatorTest`.
"""


def number(value, unit=""):
    if isinstance(value, str):
        return value
    text = f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.2f}"
    return f"{text} {unit}".strip()


def phases(result):
    yield ("| Phase | Rounds p50 | p99 | longest | CPU of one with all | had no turn | waited at most | "
           "CPU of everything | Resident | Calls a second |")
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for name, phase in result["phases"].items():
        rounds, calls = phase["rounds"], phase["calls"]
        took = [f"{rounds[q] * 1e3:,.0f} ms" if rounds["count"] else "-" for q in ("p50", "p99", "max")]
        total = sum(calls["kinds"].values()) / calls["seconds"]
        yield (f"| {name} | {' | '.join(took)} | {phase['round_cpu'] * 1e3:,.0f} ms | "
               f"{phase['waiting']:,.0f} | {phase['longest_wait']:.1f} s | {phase['cores']:.2f} cores | "
               f"{phase['resident_mb']:,.0f} MB | {total:.1f} |")


def calls(result):
    names = list(result["phases"])
    yield "| Calls a second | " + " | ".join(names) + " |"
    yield "|---|" + "---|" * len(names)
    kinds = {}
    for phase in result["phases"].values():
        for name, count in phase["calls"]["kinds"].items():
            kinds[name] = kinds.get(name, 0) + count
    for name, _ in sorted(kinds.items(), key=lambda k: -k[1]):
        cells = []
        for phase in result["phases"].values():
            count = phase["calls"]["kinds"].get(name, 0)
            cells.append(f"{count / phase['calls']['seconds']:.2f}" if count else "")
        yield f"| {name} | " + " | ".join(cells) + " |"


def bounds(result):
    yield "| Bound | Measured | At most | |"
    yield "|---|---|---|---|"
    for v in result["verdicts"]:
        yield (f"| {v['what']} | {number(v['value'], v['unit'])} | {number(v['limit'], v['unit'])} |"
               f" {'met' if v['met'] else '**missed**'} |")


def single(result):
    scrape = result["scrape"]
    busiest = max(p["load_average"] for p in result["phases"].values())
    yield (f"- The machine's load average was up to {busiest:.1f} on {os.cpu_count()} CPUs: what "
           "rounds took by the clock tells of that, too, and their CPU does not.")
    yield (f"- All are looked after {result['seen_seconds']:.1f} s after the process was started "
           f"({result['seen_cpu_seconds']:.0f} s of CPU).")
    yield (f"- Heap after a full collection: {result['heap_mb']:,.0f} MB; resident at most "
           f"{result['peak_mb']:,.0f} MB.")
    yield f"- `/metrics`: {scrape['mb']:.1f} MB in {scrape['seconds']:.1f} s."
    yield (f"- After {result['phases']['refused']['seconds']:.0f} s of 429 it sees everything again "
           f"{result['recovery_seconds']:.1f} s after the first answer.")


def text(result):
    return "\n".join([*phases(result), "", *calls(result), "", *single(result), "", *bounds(result)])


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = re.search(r"model name\s*: (.*)", file.read())
    name = model[1].strip() if model else platform.machine()
    return f"{os.cpu_count()} CPUs ({name}), Linux {platform.release()}"


def document(result):
    import control_plane
    size = result["size"]
    about = (f"{size['workloads']:,} workloads with {size['pods']:,} pods in {size['namespaces']} "
             f"namespaces, {size['automatic']} of them in the mode `automatic`, the others in "
             f"`recommend`; the load of {size['change']} changes at once. "
             f"{datetime.date.today()}, {machine()}.")
    held = "\n".join(f"| `{name}` | {count:,} | {size / 1e6:.1f} MB |"
                     for size, count, name in result["classes"])
    sizes = "\n".join(f"| {kind} | {o['count']:,} | {o['kb_each']:.1f} kB |"
                      for kind, o in result["objects"].items())
    return "\n".join([
        HEAD.format(about=about).strip(), "", *single(result), "", *phases(result), "",
        "## Bounds", *bounds(result), "",
        "## Calls", "The limits are those of `ebb operator`: 20 writes a second and 60 at once, "
        "for what is told (statuses, Events) 10 a second and 60 at once beside that, and 20 "
        "questions a second to the metrics API.", "", *calls(result), "",
        METHOD.format(version=control_plane.version(), memory=result["memory_mb"]),
        "| Objects | Number | Each, as JSON |", "|---|---|---|", sizes, "",
        "## What the heap holds", "| Class | Number | |", "|---|---|---|", held, ""])
