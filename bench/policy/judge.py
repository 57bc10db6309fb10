"""From backtests to verdicts: who is cheaper at no more misses, and by how much."""
import math

LEAST, MOST = 0.02, 5.0  # percent missed, between which rivals are compared
SAVING, MEAN_RATIO, TOLERANCE = 12.0, 1.20, 0.02
FLOOR = 0.001  # percent; no misses at all count as so many, for the logarithm

METHOD = f"""A rival's setting counts where it misses between {LEAST} and {MOST} % of the requests.
Ebb's cost at equal misses: between the two settings of its frontier that lie around it, the
logarithm of the cost is interpolated linearly over the logarithm of the misses (no misses count as
{FLOOR} %); settings that another one beats in both are left out. Where Ebb's frontier ends before
so many misses, its cheapest setting counts; where it does not come down to so few, it has lost."""


def points(trace, policy):
    """All settings of one policy on one trace: (percent missed, ratio, name)."""
    swept = [(p["missed_percent"], p["ratio_to_optimum"], f"{policy} at {p['knob']:g}")
             for p in trace.get("frontier", []) if p["policy"] == policy]
    usual = [(p["missed_percent"], p["ratio_to_optimum"], f"{policy} as it is")
             for p in trace["policies"] if p["policy"] == policy]
    known = {(missed, ratio) for missed, ratio, _ in swept}
    return swept + [p for p in usual if p[:2] not in known]


def frontier(trace, policy):
    """Those that none of the others beats, the fewest misses first: the cost falls."""
    best, cheapest = [], math.inf
    for missed, ratio, _ in sorted(points(trace, policy)):
        if ratio < cheapest:
            best.append((missed, ratio))
            cheapest = ratio
    return best


def cost_at(line, missed):
    """The cost on a frontier at so many misses; nothing when it does not come down to them."""
    below = [p for p in line if p[0] <= missed]
    above = [p for p in line if p[0] > missed]
    if not below:
        return None
    if not above:
        return below[-1][1]
    (m0, c0), (m1, c1) = below[-1], above[0]
    x0, x1, x = (math.log(max(FLOOR, m)) for m in (m0, m1, missed))
    share = (x - x0) / (x1 - x0) if x1 > x0 else 0
    return math.exp(math.log(c0) + share * (math.log(c1) - math.log(c0)))


def duels(traces, rivals=("hpa", "kpa")):
    """Each setting of a rival that counts, with Ebb's cost at equal misses."""
    found = []
    for trace in traces:
        line = frontier(trace, "ebb")
        for rival in rivals:
            for missed, ratio, name in points(trace, rival):
                if LEAST <= missed <= MOST:
                    ebb = cost_at(line, missed)
                    run = min((c for m, c in line if m <= missed), default=None)
                    found.append({"trace": trace["trace"], "rival": name, "missed_percent": missed,
                                  "rival_ratio": ratio, "ebb_ratio": ebb, "ebb_setting_ratio": run,
                                  "saving_percent": ebb and 100 * (1 - ebb / ratio)})
    return found


def mean_saving(found):
    """Geometric mean over the duels in which both have a cost, in percent; nothing without one."""
    logs = [math.log(d["ebb_ratio"] / d["rival_ratio"]) for d in found if d["ebb_ratio"]]
    return 100 * (1 - math.exp(sum(logs) / len(logs))) if logs else None


def defaults(traces):
    """Ebb's default beside HPA's on each trace: cheaper, and no more misses."""
    rows = []
    for trace in traces:
        by = {p["policy"]: p for p in trace["policies"]}
        if "ebb" not in by or "hpa" not in by:
            continue
        ebb, hpa = by["ebb"], by["hpa"]
        good = (ebb["ratio_to_optimum"] < hpa["ratio_to_optimum"]
                and ebb["missed_percent"] <= hpa["missed_percent"] + TOLERANCE)
        rows.append({"trace": trace["trace"], "good": good,
                     "ebb_ratio": ebb["ratio_to_optimum"], "hpa_ratio": hpa["ratio_to_optimum"],
                     "ebb_missed": ebb["missed_percent"], "hpa_missed": hpa["missed_percent"]})
    return rows


def targets(traces, rivals=("hpa", "kpa")):
    """The verdicts: what was asked, what was found, whether that is enough, and where it is not."""
    found, rows = duels(traces, rivals), defaults(traces)
    lost = [d for d in found if not d["ebb_ratio"] or d["ebb_ratio"] >= d["rival_ratio"]]
    saving = mean_saving(found)
    mean = sum(r["ebb_ratio"] for r in rows) / len(rows) if rows else None
    worse = [r for r in rows if not r["good"]]
    return [
        {"target": "cheaper at no more misses wherever "
                   + " or ".join(r.upper() for r in rivals) + " lies",
         "found": f"{len(found) - len(lost)} of {len(found)} settings",
         "met": bool(found) and not lost,
         "where_not": [f"{d['trace']}: {d['rival']} ({d['rival_ratio']:.3f} at "
                       f"{d['missed_percent']:.3f} %, Ebb "
                       + (f"{d['ebb_ratio']:.3f})" if d["ebb_ratio"] else "never so few misses)")
                       for d in lost]},
        {"target": f"at least {SAVING:g} % cheaper at equal misses, geometric mean",
         "found": "nothing to compare" if saving is None else f"{saving:.1f} %",
         "met": saving is not None and saving >= SAVING, "where_not": []},
        {"target": "the default costs less than HPA-70 with no more misses "
                   f"({TOLERANCE} points of tolerance) on each trace",
         "found": f"{len(rows) - len(worse)} of {len(rows)} traces",
         "met": bool(rows) and not worse,
         "where_not": [f"{r['trace']}: Ebb {r['ebb_ratio']:.3f} at {r['ebb_missed']:.3f} %, HPA "
                       f"{r['hpa_ratio']:.3f} at {r['hpa_missed']:.3f} %" for r in worse]},
        {"target": f"the default costs at most {MEAN_RATIO:.2f} x the optimum in the mean",
         "found": "nothing to compare" if mean is None else f"{mean:.3f}",
         "met": mean is not None and mean <= MEAN_RATIO, "where_not": []},
    ]
