package dev.ebb.platform.kubernetes;

import dev.ebb.control.EndpointSink.Told;
import dev.ebb.control.SelfReports;
import dev.ebb.control.SelfReports.Asked;
import dev.ebb.control.SelfReports.Heard;
import dev.ebb.core.Hold;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Now;
import dev.ebb.core.Reason;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What the pods of one workload say themselves of how busy they are. A pod that should, and does
 * not, may be in any state: as long as there is one, nothing is removed. Control thread only.
 */
final class PodReports {
    private static final String RELEASE =
            "a report of each pod that serves, or a ServiceScale without metrics.orca";

    private final OrcaSpec spec;
    private final SelfReports reports;
    private final String owner;
    private final Fleet fleet;
    private final Function<InstanceId, Optional<PodView>> pods;

    /** For how long a report counts. */
    private final Duration good;

    private Set<Asked> asked = Set.of();
    private Map<InstanceId, Told> told = Map.of();
    private Optional<Hold> silent = Optional.empty();
    private boolean any;

    private PodReports(
            OrcaSpec spec,
            SelfReports reports,
            String owner,
            Fleet fleet,
            Function<InstanceId, Optional<PodView>> pods,
            Duration good) {
        this.spec = spec;
        this.reports = reports;
        this.owner = owner;
        this.fleet = fleet;
        this.pods = pods;
        this.good = good;
    }

    /**
     * @param pods as they are seen now
     */
    static Optional<PodReports> of(
            ScaleSpec spec,
            SelfReports reports,
            Fleet fleet,
            Function<InstanceId, Optional<PodView>> pods) {
        Duration good = spec.policy().in().freshness();
        return spec.orca()
                .filter(orca -> !orca.inAnswers())
                .map(orca -> new PodReports(orca, reports, spec.uid(), fleet, pods, good));
    }

    /** Who asks, of these. */
    static Set<String> owners(List<ScaleSpec> specs) {
        return specs.stream()
                .filter(s -> s.orca().filter(orca -> !orca.inAnswers()).isPresent())
                .map(ScaleSpec::uid)
                .collect(Collectors.toSet());
    }

    /** Asks the pods that there are now, and takes in what has been said. */
    void look(Now now) {
        Set<Asked> wanted = new HashSet<>();
        Map<InstanceId, Told> heard = new HashMap<>();
        silent = Optional.empty();
        for (InstanceId id : fleet.bound().keySet()) {
            Optional<PodView> pod = pods.apply(id);
            Optional<Asked> at = pod.flatMap(this::at);
            if (at.isEmpty()) {
                continue;
            }
            wanted.add(at.get());
            Heard newest = reports.heard(at.get());
            Optional<Told> fresh = newest.newest().filter(t -> !now.isPast(t.atNanos(), good));
            fresh.ifPresent(t -> heard.put(id, t));
            if (fresh.isEmpty()) {
                pod.filter(p -> p.more().containersReady())
                        .ifPresent(p -> silent = Optional.of(silence(p, newest)));
            }
        }
        told = Map.copyOf(heard);
        any = !heard.isEmpty() || wanted.isEmpty();
        if (!wanted.equals(asked)) {
            asked = Set.copyOf(wanted);
            reports.ask(owner, asked);
        }
    }

    private Optional<Asked> at(PodView pod) {
        return pod.more().address().map(ip -> new Asked(ip, spec.port(), spec.every()));
    }

    private Hold silence(PodView pod, Heard heard) {
        String why =
                heard.trouble()
                        .orElseGet(() ->
                                "its newest report is older than %d s".formatted(good.toSeconds()));
        return new Hold(
                Reason.of(
                        "no_report",
                        "pod %s does not say how busy it is: %s".formatted(pod.name(), why)),
                RELEASE);
    }

    /** What counts now, by instance. */
    Map<InstanceId, Told> told() {
        return told;
    }

    /** Why nothing may be removed: somebody is silent. */
    Optional<Hold> hold() {
        return silent;
    }

    /** Why none of the pods says anything, which hardly is a matter of one pod. */
    Optional<Hold> trouble() {
        return any ? Optional.empty() : silent;
    }
}
