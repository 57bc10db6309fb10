package dev.ebb.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Step 5: what vetoes a removal, each with its reason and what would release it. Pure. */
final class Guards {
    /** Share of failed requests above which a fall in load is not believed. */
    private static final double FAILURE_SHARE_MAX = 0.1;

    static final Hold JOURNAL_DOWN =
            new Hold(
                    Reason.of("journal_down", "the journal cannot be written"),
                    "space on the journal's disk");

    private final Policy policy;
    private final Observation seen;

    Guards(Policy policy, Observation seen) {
        this.policy = policy;
        this.seen = seen;
    }

    /** What keeps any removal from going on, begun or not. */
    List<Hold> always(Assessment assessment) {
        ServiceState state = assessment.state();
        List<Hold> holds = new ArrayList<>();
        if (state.frozen()) {
            holds.add(
                    new Hold(Reason.of("frozen", "scaling is frozen by an operator"), "ebb thaw"));
        }
        if (state.journalDown()) {
            holds.add(JOURNAL_DOWN);
        }
        seen.uncounted().ifPresent(holds::add);
        if (assessment.coverage() < policy.in().coverage()) {
            holds.add(coverage(assessment));
        }
        if (state.ordered().isEmpty()) {
            holds.addAll(new QueryNeeds(policy, seen).holds());
        }
        FallMemory falls = state.load().fallsSoFar();
        if (state.ordered().isEmpty() && falls.doubted().isPresent()) {
            new FallClassifier(policy, seen.now(), assessment).hold(falls).ifPresent(holds::add);
        }
        return holds;
    }

    private Hold coverage(Assessment assessment) {
        return new Hold(
                new Reason(
                        "coverage",
                        "only %s of the instances report, %s must"
                                .formatted(
                                        Text.percent(assessment.coverage()),
                                        Text.percent(policy.in().coverage())),
                        Map.of(
                                "coverage",
                                assessment.coverage(),
                                "needed",
                                policy.in().coverage())),
                "fresh data from every instance");
    }

    /** What keeps a new removal from being begun. */
    List<Hold> beforePark(Assessment assessment) {
        List<Hold> holds = new ArrayList<>(always(assessment));
        ServiceState state = assessment.state();
        int starting = state.count(i -> i.lifecycle() == Lifecycle.STARTING);
        int warming = state.count(i -> i.lifecycle() == Lifecycle.WARMING);
        if (starting + warming > 0) {
            holds.add(
                    new Hold(
                            new Reason(
                                    "starting",
                                    Text.instances(starting + warming) + " still starting up",
                                    Map.of("starting", (double) starting + warming)),
                            "the end of the start"));
        }
        trouble(state, holds);
        Duration span = policy.in().stabilization().multipliedBy(state.patience().factor());
        youngHistory(state, span).ifPresent(holds::add);
        rescued(state, holds);
        memory(assessment, holds);
        failing(assessment, holds);
        if (state.ordered().isEmpty()) {
            holds.addAll(new GoalHolds(policy, assessment).all());
        }
        if (seen.hostCpuBusy().orElse(0) > policy.in().hostBusy()) {
            double busy = seen.hostCpuBusy().orElse(0);
            holds.add(
                    new Hold(
                            new Reason(
                                    "host_busy",
                                    "the host's CPU is %s used, so what instances use says little"
                                            .formatted(Text.percent(busy)),
                                    Map.of("busy", busy, "limit", policy.in().hostBusy())),
                            "a host less busy"));
        }
        return holds;
    }

    private void trouble(ServiceState state, List<Hold> holds) {
        int unwell =
                state.count(i ->
                        (i.lifecycle().inRotation() && i.health() != Health.HEALTHY)
                                || i.isMissing());
        if (unwell > 0) {
            holds.add(
                    new Hold(
                            new Reason(
                                    "unwell",
                                    Text.instances(unwell) + " ejected, unknown or failed",
                                    Map.of("unwell", (double) unwell)),
                            "its recovery or replacement"));
        }
    }

    /** The need of the recent past must be known for as long as it counts. */
    Optional<Hold> youngHistory(ServiceState state, Duration span) {
        long needed = span.toNanos();
        long known = state.load().needs().ageNanos(seen.now());
        if (known >= needed || state.ordered().isPresent()) {
            return Optional.empty();
        }
        return Optional.of(
                new Hold(
                        new Reason(
                                "young_history",
                                "the load is known for %s s, %s s are needed"
                                        .formatted(
                                                Text.number(Math.floor(known / 1e9)),
                                                Text.number(needed / 1e9)),
                                Map.of("known_s", known / 1e9, "needed_s", needed / 1e9)),
                        "time"));
    }

    /** A long memory of low load alone would park again at once what was just taken back. */
    private void rescued(ServiceState state, List<Hold> holds) {
        int factor = state.ordered().isPresent() ? 1 : state.patience().factor();
        long needed = policy.in().stabilization().toNanos() * factor;
        long since = seen.now().nanosSince(state.patience().rescuedNanos());
        if (state.patience().rescues() > 0 && since < needed) {
            holds.add(
                    new Hold(
                            new Reason(
                                    "rescued",
                                    "a removal was taken back %s s ago, %s s are waited"
                                            .formatted(
                                                    Text.number(Math.floor(since / 1e9)),
                                                    Text.number(needed / 1e9)),
                                    Map.of("since_s", since / 1e9, "needed_s", needed / 1e9)),
                            "time"));
        }
    }

    private void memory(Assessment assessment, List<Hold> holds) {
        for (Assessed one : assessment.instances()) {
            double used = one.stable().memory().orElse(0);
            if (one.instance().lifecycle().inRotation() && used > policy.targets().memoryGuard()) {
                holds.add(
                        new Hold(
                                new Reason(
                                        "memory",
                                        "%s uses %s of its memory, above %s nothing is removed"
                                                .formatted(
                                                        one.instance().id(),
                                                        Text.percent(used),
                                                        Text.percent(
                                                                policy.targets().memoryGuard())),
                                        Map.of("memory", used)),
                                "memory freed, or more allowed"));
                return;
            }
        }
    }

    private void failing(Assessment assessment, List<Hold> holds) {
        double requests = 0;
        double failures = 0;
        for (Assessed one : assessment.instances()) {
            requests += one.stable().requestsPerSecond();
            failures += one.stable().requestsPerSecond() * one.stable().failureShare();
        }
        if (requests > 0 && failures / requests > FAILURE_SHARE_MAX) {
            holds.add(
                    new Hold(
                            new Reason(
                                    "failing",
                                    "%s of the requests fail; a fall in load may be an outage"
                                            .formatted(Text.percent(failures / requests)),
                                    Map.of("failure_share", failures / requests)),
                            "requests that succeed"));
        }
    }
}
