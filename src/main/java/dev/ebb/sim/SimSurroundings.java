package dev.ebb.sim;

import dev.ebb.core.Hold;
import dev.ebb.core.Reason;
import dev.ebb.sim.Conditions.Trouble;
import dev.ebb.sim.Watched.Watch;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * What others have put beside a workload for some time: an autoscaler of its own, and a
 * PodDisruptionBudget, whose status a controller brings up to date a little late. The Kubernetes
 * driver asks both before it takes a pod out of rotation. Single-threaded; world time.
 */
final class SimSurroundings {
    /**
     * A PodDisruptionBudget's status.
     *
     * @param desired healthy pods that it wants
     * @param expected pods that it counts
     * @param healthy how many of these were ready when its controller looked
     */
    record Budget(int desired, int expected, int healthy) {}

    /** As the API server has it. */
    record Seen(boolean autoscaled, Optional<Budget> budget) {
        /** Why the workload's size is not Ebb's to change. */
        Optional<Hold> notOurs() {
            return autoscaled
                    ? Optional.of(
                            new Hold(
                                    Reason.of("autoscaled", "another autoscaler scales it"),
                                    "that one being removed"))
                    : Optional.empty();
        }

        /** Why so many of these pods must not be out of rotation, by the driver's rule. */
        Optional<Hold> budget(List<SimPod> pods, int out) {
            return budget.filter(b -> left(b, pods, Math.max(1, out)) < b.desired())
                    .map(b ->
                            new Hold(
                                    Reason.of(
                                            "disruption_budget",
                                            "a budget wants %d healthy pods".formatted(b.desired)),
                                    "more healthy pods, or a budget that allows it"));
        }

        private static int left(Budget budget, List<SimPod> pods, int out) {
            int unready = (int) pods.stream().filter(SimSurroundings::isOut).count();
            int ready = (int) pods.stream().filter(SimPod::ready).count();
            int counting = (int) pods.stream().filter(SimPod::counts).count();
            int others = Math.max(0, budget.expected() - counting);
            return Math.min(budget.healthy() + unready, ready + unready + others) - out;
        }
    }

    /** So long news may take that are late, and a leader's last write. */
    private static final long NEWS_NANOS = 15 * SimClock.SECOND;

    private record Counted(long atNanos, int pods) {}

    private final World world;
    private final SplittableRandom random;
    private final Watched<Seen> seen;
    private long autoscaledUntil = Long.MIN_VALUE;
    private long budgetUntil = Long.MIN_VALUE;
    private long budgetSince;
    private int desired;
    private long deafAt = -NEWS_NANOS;
    private final Deque<Counted> counts = new ArrayDeque<>();

    /**
     * @param random its own, so that whoever draws nothing of this kind has the run he had
     */
    SimSurroundings(World world, SplittableRandom random) {
        this.world = world;
        this.random = random;
        seen = new Watched<>(world, new Seen(false, Optional.empty()));
    }

    Watch<Seen> watch(long staleNanos) {
        return seen.watch(random.split(), staleNanos);
    }

    /** As the API server itself has it. */
    Seen now() {
        return seen.now();
    }

    /** Another autoscaler comes, and goes. */
    void autoscale(double seconds) {
        autoscaledUntil = until(seconds);
    }

    /** A budget that wants so many healthy pods comes, and goes. */
    void budget(int healthy, double seconds) {
        budgetUntil = until(seconds);
        budgetSince = world.clock.nanos();
        desired = healthy;
    }

    private long until(double seconds) {
        return world.clock.nanos() + (long) (seconds * SimClock.SECOND);
    }

    /**
     * More of these pods are out of rotation by Ebb's hand than a budget leaves, though Ebb could
     * know of the budget, and of as many pods as there were then.
     */
    Optional<String> broken(List<SimPod> pods) {
        long now = world.clock.nanos();
        boolean known = now < budgetUntil && now - budgetSince >= NEWS_NANOS;
        int most = counts.stream().mapToInt(Counted::pods).max().orElse(0);
        long out = pods.stream().filter(p -> p.counts() && isShut(p)).count();
        return known && !isDeaf() && out > most - desired
                ? Optional.of(
                        "%d pods are out of rotation, and a budget wants %d of %d healthy"
                                .formatted(out, desired, most))
                : Optional.empty();
    }

    private boolean isDeaf() {
        return world.clock.nanos() - deafAt < NEWS_NANOS;
    }

    private void remember(int pods) {
        long now = world.clock.nanos();
        if (world.conditions.is(Trouble.STUCK_REPORTS) || world.conditions.is(Trouble.DISK_FULL)) {
            deafAt = now;
        }
        counts.addLast(new Counted(now, pods));
        while (now - counts.getFirst().atNanos() > NEWS_NANOS) {
            counts.removeFirst();
        }
    }

    /** The controllers' turn. */
    void turn(List<SimPod> pods) {
        long now = world.clock.nanos();
        remember((int) pods.stream().filter(SimPod::counts).count());
        boolean autoscaled = now < autoscaledUntil;
        Optional<Budget> before = seen.now().budget();
        Optional<Budget> budget = Optional.empty();
        if (now < budgetUntil) {
            // It looks at pods when it gets to it.
            budget = before.isPresent() && random.nextInt(3) == 0 ? before : counted(pods);
        }
        var next = new Seen(autoscaled, budget);
        if (!next.equals(seen.now())) {
            seen.set(next);
        }
    }

    private Optional<Budget> counted(List<SimPod> pods) {
        int expected = (int) pods.stream().filter(SimPod::counts).count();
        int healthy = (int) pods.stream().filter(SimPod::ready).count();
        return Optional.of(new Budget(desired, expected, healthy));
    }

    /** By Ebb's hand, and seen so. */
    private static boolean isOut(SimPod pod) {
        return pod.counts() && isShut(pod) && !pod.ready();
    }

    private static boolean isShut(SimPod pod) {
        return pod.gate().equals(Optional.of(false));
    }
}
