"""The page of one run: the verdicts first, then the figures they rest on."""
import judge

DEFAULTS = ["ebb", "hpa", "kpa", "target-tracking", "lcp", "static", "foresight"]
SWEPT = ["ebb", "hpa", "kpa"]

HEAD = """# Ebb's decisions beside others', on recorded load

Written by `bench/policy/compare --docs {file}`; `make bench-policy TRACES=DIR` prints the same for
any folder of traces. The model is `ebb backtest --model reference`: a fluid in steps of 5 s, starts
of 30 s and drains of 10 s both paid, the trace's peak needs 40 instances at 70 %, and a request is
missed while those that are ready are used above 90 %. `hpa` and `kpa` have a target of 70 % here.

Costs are multiples of the clairvoyant optimum's, which misses nothing; misses are percent of all
requests. So `1.14 / 0.006` is a fleet 14 % dearer than the least possible, with 6 of 100,000 requests
missed. `foresight` knows the load of the next 30 s: no policy that must guess can be expected to be
as good.
"""

SIGHTS = {
    "load": ("When Ebb sees the load that is offered, one step old",
             "As from its own gateway. HPA sees CPU that ends at 100 %, the mean of 30 s, 15 s old."),
    "utilization": ("When Ebb sees no more than HPA does",
                    "CPU that ends at 100 %, the mean of 30 s, 15 s old, every 15 s. Held against"
                    " HPA alone: KPA sees the demand itself."),
}


def of(trace, policy):
    return next((p for p in trace["policies"] if p["policy"] == policy), None)


def pair(point):
    return "" if point is None else \
        f"{point['ratio_to_optimum']:.3f} / {point['missed_percent']:.3g}"


def verdicts(found):
    yield "| Target | Found | |"
    yield "|---|---|---|"
    for target in found:
        yield f"| {target['target']} | {target['found']} | " \
              f"{'met' if target['met'] else '**missed**'} |"


def defaults(traces):
    yield "| Trace | " + " | ".join(DEFAULTS) + " |"
    yield "|---|" + "---|" * len(DEFAULTS)
    for trace in traces:
        cells = [pair(of(trace, name)) for name in DEFAULTS]
        yield f"| {trace['trace']} | " + " | ".join(cells) + " |"


def frontiers(traces, policies):
    yield "```text"
    for trace in traces:
        yield trace["trace"]
        for policy in policies:
            points = [p for p in trace["frontier"] if p["policy"] == policy]
            for first in range(0, len(points), 4):
                name = policy if not first else ""
                yield (f"  {name:4}" + "".join(
                    f"  {p['knob']:>5g}: {pair(p):15}" for p in points[first:first + 4])).rstrip()
    yield "```"


def around(trace, missed):
    """Ebb's settings next to so many misses: the one with no more, and the one with more."""
    line = judge.frontier(trace, "ebb")
    below = [p for p in line if p[0] <= missed][-1:]
    above = [p for p in line if p[0] > missed][:1]
    return " and ".join(f"{ratio:.3f} / {m:.3g}" for m, ratio in below + above)


def lost(traces, rivals):
    """Where a rival's setting was not beaten, and what knowing the next 30 s would have given."""
    by = {t["trace"]: t for t in traces}
    rows = [d for d in judge.duels(traces, rivals)
            if not d["ebb_ratio"] or d["ebb_ratio"] >= d["rival_ratio"]]
    if not rows:
        return
    yield "Not cheaper at equal misses:"
    yield ""
    yield "| Trace | Rival | Ebb there | Ebb's settings next to it | foresight |"
    yield "|---|---|---|---|---|"
    for d in rows:
        trace = by[d["trace"]]
        there = f"{d['ebb_ratio']:.3f}" if d["ebb_ratio"] else "never so few misses"
        yield (f"| {d['trace']} | {d['rival']} {d['rival_ratio']:.3f} / {d['missed_percent']:.3g} "
               f"| {there} | {around(trace, d['missed_percent'])} "
               f"| {pair(of(trace, 'foresight'))} |")
    yield ""


def worse(traces):
    """Traces on which the default is not better than HPA-70."""
    rows = [r for r in judge.defaults(traces) if not r["good"]]
    if not rows:
        return
    by = {t["trace"]: t for t in traces}
    yield "The default is not both cheaper than HPA-70 and as good:"
    yield ""
    yield "| Trace | Ebb | HPA-70 | foresight |"
    yield "|---|---|---|---|"
    for r in rows:
        trace = by[r["trace"]]
        yield (f"| {r['trace']} | {pair(of(trace, 'ebb'))} | {pair(of(trace, 'hpa'))} "
               f"| {pair(of(trace, 'foresight'))} |")
    yield ""


def part(sight, traces, found, rivals):
    title, words = SIGHTS[sight]
    swept = [p for p in SWEPT if p == "ebb" or p in rivals]
    yield from [f"## {title}", "", words, ""]
    yield from verdicts(found)
    yield ""
    yield from lost(traces, rivals)
    yield from worse(traces)
    yield from ["As they are, cost / percent missed:", ""]
    yield from defaults(traces)
    yield from ["", "Each one's frontier, by its knob (Ebb's is `objective.caution`, the others' the"
                " target in percent):", ""]
    yield from frontiers(traces, swept)
    yield ""


def page(file, runs, found, rivals, why):
    yield HEAD.format(file=file)
    for sight, traces in runs.items():
        yield from part(sight, traces, found[sight], rivals[sight])
    yield from ["## Method", "", judge.METHOD, "", why.rstrip()]


def write(file, *what):
    with open(file, "w") as out:
        out.write("\n".join(page(file, *what)) + "\n")
