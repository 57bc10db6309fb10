"""From rounds to figures, and from figures to targets."""
import math, statistics

CPU_H1, FIRST_MS, IDLE_MB = 0.85, 350, 120
ROUNDS_ASKED = 10


def middle(rounds, key):
    return statistics.median(r[key] for r in rounds)


def good(rounds):
    """Those that could be measured."""
    return [r for r in rounds if "failure" not in r]


def ratios(ours, theirs, key="cpu_us"):
    """Round by round, of those that both have."""
    return [a[key] / b[key] for a, b in zip(ours, theirs) if a.get(key) and b.get(key)]


def interval(values):
    """Where the true median lies with at least 95 %, by order statistics; all, if they are few."""
    values, n = sorted(values), len(values)
    cut = 0
    while cut < n // 2 and 2 * sum(math.comb(n, i) for i in range(cut + 1)) / 2**n <= 0.05:
        cut += 1
    low = max(0, cut - 1)
    return values[low], values[n - 1 - low]


def rows(results):
    """One for each scene and proxy: medians, and CPU beside HAProxy's and Envoy's."""
    table = []
    for scene, by_proxy in results.items():
        for proxy, rounds in by_proxy.items():
            measured = good(rounds)
            row = {"scene": scene, "proxy": proxy, "rounds": len(measured),
                   "failures": [r["failure"] for r in rounds if "failure" in r],
                   "errors": sum(r["errors"] for r in measured)}
            table.append(row)
            if not measured:
                continue
            for key in ("cpu_us", "per_second", "busy", "p50_ms", "p99_ms", "p999_ms", "memory_mb"):
                row[key] = middle(measured, key)
            of = ratios(rounds, by_proxy.get("haproxy", []))
            if of:
                row["ratio"], row["ratio_min"], row["ratio_max"] = (
                    statistics.median(of), min(of), max(of))
    return table


def noise(results, proxy="haproxy"):
    """How far a proxy's own rounds lie apart, by scene: (max - min) / median of its CPU."""
    spread = {}
    for scene, by_proxy in results.items():
        costs = [r["cpu_us"] for r in good(by_proxy.get(proxy, []))]
        if len(costs) > 1:
            spread[scene] = (max(costs) - min(costs)) / statistics.median(costs)
    return spread


def foreign(results):
    """The share of the machine that other processes took meanwhile: median and most."""
    shares = [r["foreign"] for by in results.values() for rounds in by.values()
              for r in good(rounds)] or [0]
    return statistics.median(shares), max(shares)


def target(text, value, most, form, rounds=None, detail=""):
    met = None if value is None else bool(value <= most)
    if rounds is not None and rounds < ROUNDS_ASKED:
        detail += f" ({ROUNDS_ASKED} are asked for)"
    return {"target": text, "value": None if value is None else form.format(value), "met": met,
            "detail": detail}


def compared(text, results, scene, rival, key, most):
    by_proxy = results.get(scene, {})
    of = ratios(by_proxy.get("ebb", []), by_proxy.get(rival, []), key)
    if not of:
        return target(text, None, most, "", detail="not measured")
    detail = f"{min(of):.2f} to {max(of):.2f} in {len(of)} rounds"
    if len(of) >= 6:
        detail += "; the median is with 95 % between {:.2f} and {:.2f}".format(*interval(of))
    return target(text, statistics.median(of), most, "{:.2f}", len(of), detail)


def targets(results, once):
    """What Ebb is to reach, in the order of the table."""
    leading = "/sat/t1/c32"
    judged = [
        compared("HTTP/1.1 small: CPU per request at most 0.85 x HAProxy's", results,
                 "h1-small" + leading, "haproxy", "cpu_us", CPU_H1),
        compared("HTTP/1.1 10 KiB: CPU per request at most 0.85 x HAProxy's", results,
                 "h1-10k" + leading, "haproxy", "cpu_us", CPU_H1),
        compared("p99 at a fixed rate no worse than HAProxy's (1.00 x)", results,
                 "h1-small/rate/t1/c32", "haproxy", "p99_ms", 1),
        compared("TLS: CPU per request no worse than Envoy's (1.00 x)", results,
                 "tls-small" + leading, "envoy", "cpu_us", 1),
        compared("h2: CPU per request no worse than Envoy's (1.00 x)", results,
                 "h2-small" + leading, "envoy", "cpu_us", 1)]
    for threads, of in sorted(once.items()):
        mine, with_threads = of.get("ebb", {}), f"{threads} thread" + ("s" if threads > 1 else "")
        judged += [
            target(f"At most 120 MB at 1,000 idle connections, {with_threads}, just started",
                   mine.get("idle_mb"), IDLE_MB, "{:.0f} MB"),
            target(f"At most 120 MB at 1,000 idle connections, {with_threads}, after all load",
                   mine.get("idle_after_mb"), IDLE_MB, "{:.0f} MB"),
            target(f"First proxied response within 350 ms of exec, {with_threads}",
                   mine.get("first_ms"), FIRST_MS, "{:.0f} ms")]
    measured = [r for by in results.values() for r in by.get("ebb", [])]
    errors = sum(r.get("errors", 1) for r in measured)
    judged.append(target("No errors", errors if measured else None, 0, "{}"))
    return judged


def verdict(judged):
    return {None: "not measured", True: "met", False: "missed"}[judged["met"]]
