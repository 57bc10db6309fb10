package dev.ebb.platform.kubernetes;

import dev.ebb.control.DataPlanes.Witness;
import dev.ebb.core.Hold;
import dev.ebb.core.Reason;
import dev.ebb.core.objective.Goals;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Whether anybody can tell that the goals of a ServiceScale are kept: the data planes that carry
 * its requests. Where nobody can, that no request is seen to be slow means nothing, and nothing is
 * removed. Pure.
 */
final class GoalSight {
    private GoalSight() {}

    /**
     * Why it cannot be told; empty where it can be, or nothing is wanted of requests.
     *
     * @param carried whether data planes carry the requests, and are served
     * @param witnesses those that are connected
     */
    static Optional<Hold> blind(Goals goals, boolean carried, List<Witness> witnesses) {
        if (!goals.any()) {
            return Optional.empty();
        }
        if (!carried) {
            return Optional.of(unseen("nothing tells of requests: there is no dataPlane"));
        }
        if (witnesses.isEmpty()) {
            return Optional.of(unseen("no data plane is connected that would tell of requests"));
        }
        List<String> silent =
                witnesses.stream().filter(w -> !w.counts()).map(Witness::name).toList();
        if (!silent.isEmpty()) {
            return Optional.of(
                    unseen("of their requests do not report: " + String.join(", ", silent)));
        }
        boolean timed = goals.latency().isEmpty() || witnesses.stream().anyMatch(Witness::times);
        return timed ? Optional.empty() : Optional.of(untimed(witnesses));
    }

    private static Hold unseen(String why) {
        return new Hold(
                Reason.of("objective_unseen", why),
                "load reports of all data planes that carry its requests, or an objective without"
                        + " latency and answered");
    }

    private static Hold untimed(List<Witness> witnesses) {
        String names = witnesses.stream().map(Witness::name).collect(Collectors.joining(", "));
        return new Hold(
                new Reason(
                        "latency_unseen",
                        "how long requests take is reported by none of " + names,
                        Map.of("data_planes", (double) witnesses.size())),
                "ebb gateway as a data plane, or an objective without latency");
    }
}
