"""The figures as tables, on the terminal and as docs/benchmarks.md."""
import statistics

from judge import verdict
from scenes import every_scene

NOISY = 0.05

HEAD = ("proxy", "CPU us/req", "x HAProxy (min-max)", "req/s", "core busy", "p50 ms", "p99 ms",
        "p99.9 ms", "MB", "errors")


def cells(row):
    if not row["rounds"]:
        return (row["proxy"], *[""] * (len(HEAD) - 2), "not measured")
    ratio = "" if "ratio" not in row else (
        f"{row['ratio']:.2f} ({row['ratio_min']:.2f}-{row['ratio_max']:.2f})")
    times = [f"{row[key]:.2f}" if row[key] else "" for key in ("p50_ms", "p99_ms", "p999_ms")]
    return (row["proxy"], f"{row['cpu_us']:.1f}", ratio, f"{row['per_second']:.0f}",
            f"{100 * row['busy']:.0f} %", *times, f"{row['memory_mb']:.0f}", str(row["errors"]))


def markdown_table(head, lines):
    return ["| " + " | ".join(head) + " |", "|---" + "|---:" * (len(head) - 1) + "|",
            *("| " + " | ".join(line) + " |" for line in lines), ""]


def plain_table(head, lines):
    widths = [max(len(line[i]) for line in [head, *lines]) for i in range(len(head))]
    return ["  ".join(cell.ljust(w) if i == 0 else cell.rjust(w)
                      for i, (cell, w) in enumerate(zip(line, widths)))
            for line in [head, *lines]] + [""]


def once_lines(once):
    head = ("proxy", "threads", "first response ms", "MB just started", "MB, 1,000 idle",
            "MB, 1,000 idle, after all load")
    form = lambda value: "" if value is None else f"{value:.0f}"
    return head, [
        (proxy, str(threads), *(form(of.get(key)) for key in (
            "first_ms", "fresh_mb", "idle_mb", "idle_after_mb")))
        for threads, by_proxy in sorted(once.items()) for proxy, of in by_proxy.items()]


def target_lines(run):
    return ("target", "", "figure", "how sure"), [
        (t["target"], verdict(t), t["value"] or "", t["detail"]) for t in run["targets"]]


def scenes(run, table, heading):
    """The tables of all scenes, and of what is taken once, in either form."""
    lines = []
    names = {s.name: s for s in every_scene()}
    for name in dict.fromkeys(row["scene"] for row in run["rows"]):
        of_scene = [row for row in run["rows"] if row["scene"] == name]
        rounds = max(row["rounds"] for row in of_scene)
        failures = "".join(f"; {row['proxy']} failed {len(row['failures'])} times: "
                           + row["failures"][0] for row in of_scene if row["failures"])
        spread = run["noise"].get(name)
        noise = "" if spread is None else f"; HAProxy's own rounds spread over {100 * spread:.0f} %"
        lines += [heading(names[name].title(run["options"]["rate"])),
                  f"`{name}`, rounds: {rounds}{noise}{failures}", "",
                  *table(HEAD, map(cells, of_scene))]
    return lines + [heading("Starts and idle connections"), *table(*once_lines(run["once"]))]


def plain(run):
    table = lambda head, lines: plain_table(head, list(lines))
    lines = ["", "Targets", *table(*target_lines(run))]
    return "\n".join(lines + scenes(run, table, lambda text: text)) + "\n" + summary(run)


def summary(run):
    noisy = list(run["noise"].values())
    spread = f"spreads over {100 * statistics.median(noisy):.0f} %" if noisy else "was taken once"
    missing = "".join(f"\nLeft out: {name}, {why}" for name, why in run["left_out"].items())
    median, most = run["foreign"]
    quiet = "" if median < NOISY else " This machine was not quiet: do not trust the figures."
    return (f"Noise: HAProxy's own CPU per request {spread} (median of scenes); other "
            f"processes took {100 * median:.0f} % of the machine (median of measurements, "
            f"{100 * most:.0f} % at most).{quiet}{missing}")


METHOD = """\
All processes are on this machine and talk over loopback. With one thread the proxy runs on core 0
and nothing else does; the load and the instances (one nginx, listening at four ports) share core 1.
With two threads the proxy has both cores, and the load and the instances share them with it: those
figures compare proxies and are no machine's capacity.

- **The same work for all**: HTTP/1.1 and h2 towards clients, HTTP/1.1 over kept connections towards
  instances; X-Forwarded-For, -Proto, -Port, -Host and Forwarded set anew; a second try when a
  connection fails; checks every 2 s where there are active ones (not in nginx, Vert.x and Spring
  Cloud Gateway); no access log, no tracing. The configurations are in `bench/proxy/rivals.py` and
  `bench/rivals/`.
- **CPU us/req** is user and system time of the proxy's processes divided by the requests that the
  instances served meanwhile. Connecting and handshakes are over before it begins.
- **x HAProxy** is that, divided round by round by HAProxy's of the same round: median, and from the
  lowest to the highest.
- **Saturation** is as many requests as connections and streams allow (`wrk`, for h2 `h2load`). A
  core less than 100 % busy says that the load's core was the limit; CPU per request stays a fair
  figure, requests per second do not.
- **A fixed rate** comes from a generator of our own (`OpenLoop`), which sends when requests are due
  whatever became of those before; latency counts from when each was due, waiting for a connection
  included. One request at a time on each h2 connection.
- **Rounds** alternate: each goes through all scenes and in each through all proxies, beginning with
  another one. Scenes with a target have more rounds than others, for all but Vert.x and Spring Cloud
  Gateway, which no target names. Warm-up is load until the CPU per request of four successive
  seconds differs by 5 % at most, with a limit.
- **First response** is the median time from exec to the first response from an instance, asked for
  every 2 ms. It and the memory of the just started are taken with a listener for plain HTTP only;
  all other figures with TLS and h2 beside it. **MB** is resident memory (10^6 bytes); with several
  processes the sum, shared pages counted for each. Idle connections have had one request each; those *after all
  load* are taken 25 s after its end.
- **Ebb** is started by its launcher, `./ebb proxy`; targets are judged by its default transport
  (epoll), `ebb-io_uring` is the same with `--transport io_uring`. The JVMs of Vert.x and Spring
  Cloud Gateway start with the same `-XX:+UseSerialGC -Xmx256m`.
"""


def markdown(run):
    versions = [f"- {name}: {version}" for name, version in run["versions"].items()]
    return "\n".join([
        "# Benchmarks", "",
        f"Written by `{run['command']}` on {run['date']}. It is the result of one run on one "
        "machine; run it on yours.", "",
        f"Machine: {run['machine']}.", "", *versions, "", "## Targets", "",
        *markdown_table(*target_lines(run)), "## Method", "", METHOD,
        f"This run: {run['options']['rounds']} rounds for scenes with a target, "
        f"{run['options']['side_rounds']} for others, {run['options']['seconds']} s each. "
        + summary(run), "",
        *scenes(run, markdown_table, lambda text: "## " + text + "\n")]).rstrip() + "\n"
