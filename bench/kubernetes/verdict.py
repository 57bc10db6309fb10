"""What the figures have to be."""
WRITES_PER_SECOND = 20 + 10
WRITES_AT_ONCE = 60 + 60
# A removal asks for the pods of its own workload, by their labels; the metrics API has no watch.
LISTS = ("podmetrics", "pods by selector")
QUESTIONS_PER_SECOND = 20
# The Lease is renewed, and each of the watches tries again, with growing pauses.
REFUSED_PER_SECOND = 12
# Half of a tick of one core; who has no turn is decided on with the next tick.
ROUND_CORE_SECONDS = 0.5
WAIT_SECONDS = 5


def between(calls, first, last):
    """Calls of these whole seconds: by kind, and for each second by kind."""
    seconds = max(1, last - first)
    kinds, series = {}, {}
    for key, count in calls.items():
        second, verb, rest = key.split(" ", 2)
        if first <= int(second) < last:
            resource, _, code = rest.rpartition(" ")
            name = f"{verb} {resource}" + (f" ({code})" if code == "429" else "")
            kinds[name] = kinds.get(name, 0) + count
            series.setdefault(name, {}).setdefault(str(int(second) - first), 0)
            series[name][str(int(second) - first)] += count
    return {"seconds": seconds, "kinds": dict(sorted(kinds.items(), key=lambda k: -k[1])),
            "series": series}


def quantiles(rounds):
    """Of a sorted list."""
    if not rounds:
        return {"count": 0}
    at = lambda q: rounds[min(len(rounds) - 1, int(q * len(rounds)))]
    return {"count": len(rounds), "mean": sum(rounds) / len(rounds), "p50": at(0.5),
            "p99": at(0.99), "max": rounds[-1]}


def line(phase):
    rounds, calls = phase["rounds"], phase["calls"]
    total = sum(calls["kinds"].values()) / calls["seconds"]
    most = ", ".join(f"{n} {c / calls['seconds']:.1f}" for n, c in list(calls["kinds"].items())[:5])
    took = (f"rounds p50 {rounds['p50'] * 1e3:.0f} p99 {rounds['p99'] * 1e3:.0f} "
            f"max {rounds['max'] * 1e3:.0f} ms" if rounds["count"] else "no round")
    return (f"{took}, {phase['round_cpu'] * 1e3:.0f} ms of CPU each, {phase['waiting']:.0f} wait, {phase['longest_wait']:.1f} s at most; {phase['cores']:.2f} cores; {phase['resident_mb']:.0f} MB; "
            f"{total:.1f} calls a second ({most})")


def is_write(name):
    verb, resource = name.split(" ", 1)
    return verb in ("POST", "PUT", "PATCH", "DELETE") and not resource.startswith("leases")


def most_in(series, chosen, seconds):
    """The most calls of the chosen kinds in any so many seconds on end."""
    sums = {}
    for name, counts in series.items():
        if chosen(name):
            for second, count in counts.items():
                sums[int(second)] = sums.get(int(second), 0) + count
    last = max(sums, default=0)
    return max((sum(sums.get(s + i, 0) for i in range(seconds)) for s in range(last + 1)), default=0)


def lists(phase):
    return {n: c for n, c in phase["calls"]["kinds"].items()
            if n.startswith("LIST ") and n.removeprefix("LIST ") not in LISTS}


def judge(result):
    phases, verdicts = result["phases"], []

    def bound(what, value, limit, unit="", met=None):
        verdicts.append({"what": what, "value": value, "limit": limit, "unit": unit,
                         "met": value <= limit if met is None else met})

    tick = result["tick_ms"] / 1e3
    for name in ("steady", "change"):
        phase = phases[name]
        bound(f"lists of what is watched, {name}", sum(lists(phase).values()), 0)
        bound(f"the longest round, {name}", phase["rounds"].get("max", 99), tick, "s")
        bound(f"the longest wait for a decision, {name}", phase["longest_wait"], WAIT_SECONDS, "s")
        for seconds in (1, 10, 30):
            bound(f"writes in any {seconds} s, {name}",
                  most_in(phase["calls"]["series"], is_write, seconds),
                  WRITES_AT_ONCE + WRITES_PER_SECOND * seconds)
        bound(f"questions to the metrics API in any 10 s, {name}",
              most_in(phase["calls"]["series"], lambda n: n == "LIST podmetrics", 10),
              QUESTIONS_PER_SECOND * 10)
    bound("CPU of a round, steady", phases["steady"]["round_cpu"], ROUND_CORE_SECONDS, "s")
    refused = phases["refused"]
    bound("requests a second while all are refused",
          sum(refused["calls"]["kinds"].values()) / refused["calls"]["seconds"],
          REFUSED_PER_SECOND)
    after = phases["after"]["calls"]["kinds"]
    bound("writes after the refusals", sum(c for n, c in after.items() if is_write(n)), "some",
          met=any(is_write(n) for n in after))
    bound("resident at most", result["peak_mb"], result["memory_mb"], "MB")
    return verdicts
