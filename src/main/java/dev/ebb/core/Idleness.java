package dev.ebb.core;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A service that may go down to no instance at all, and what brings it back: a request that waits.
 * Without one, and with nothing in flight, for as long as the policy says, none is needed; else at
 * least one is, where there is any. What is not known is no silence. Pure.
 */
final class Idleness {
    /** The source of a need that comes from requests that wait. */
    static final String WAITING = "waiting";

    private final Policy policy;
    private final ServiceState state;
    private final Observation seen;
    private final Optional<Quiet> quiet;
    private final int waiting;

    /**
     * @param policy as asked for
     * @param state before this observation
     */
    Idleness(Policy policy, ServiceState state, Observation seen) {
        this.policy = policy;
        this.state = state;
        this.seen = seen;
        this.waiting = seen.arrivals().map(Arrivals::waiting).orElse(0);
        this.quiet = seen.arrivals().map(this::quiet);
    }

    private Quiet quiet(Arrivals arrivals) {
        boolean busy =
                arrivals.waiting() > 0
                        || seen.instances().stream()
                                .flatMap(i -> i.traffic().stream())
                                .anyMatch(t -> t.inFlight() > 0);
        return state.load()
                .quiet()
                .filter(before -> !busy && before.requestsTotal() == arrivals.requestsTotal())
                .orElseGet(() -> new Quiet(arrivals.requestsTotal(), seen.now().monotonicNanos()));
    }

    /** To be remembered. */
    Optional<Quiet> quiet() {
        return quiet;
    }

    /** The policy with the range that counts at this moment; with a least number it is its own. */
    Policy bounded() {
        Policy.Range range = policy.range();
        if (range.min() > 0 || state.ordered().isPresent()) {
            return policy;
        }
        boolean any = state.count(i -> i.isStanding() || i.lifecycle().canBeRescued()) > 0;
        if (waiting == 0 && isIdle()) {
            int most = Math.min(range.max(), otherwiseNeeded());
            return policy.withRange(new Policy.Range(0, most, Math.min(range.initial(), most)));
        }
        int max = Math.max(1, range.max());
        return waiting > 0 || any || wasRefused()
                ? policy.withRange(new Policy.Range(1, max, Math.max(1, range.initial())))
                : policy;
    }

    /** A request has come, and did not wait for as long as this: it is told to come again. */
    private boolean wasRefused() {
        long total = seen.arrivals().map(Arrivals::requestsTotal).orElse(0L);
        return state.load().quiet().filter(before -> total > before.requestsTotal()).isPresent();
    }

    /** What schedules and callers ask for, load or not. */
    private int otherwiseNeeded() {
        return Stream.concat(
                        new Calendar(policy, state, seen.now()).needs().stream(),
                        Callers.needs(policy, state, seen.peers()).stream())
                .mapToInt(Need::in)
                .max()
                .orElse(0);
    }

    private boolean isIdle() {
        return new QueryNeeds(policy, seen).allowNone() && isQuiet();
    }

    private boolean isQuiet() {
        return quiet.filter(q -> seen.now().isPast(q.sinceNanos(), patience(policy))).isPresent();
    }

    /** No shorter than the time that the load is averaged over. */
    private static Duration patience(Policy policy) {
        Duration idle = policy.in().idle().orElse(Policy.In.IDLE);
        return idle.compareTo(policy.in().window()) < 0 ? policy.in().window() : idle;
    }

    /** Whether the range that counts leaves none. */
    static boolean wantsNone(Policy bounded) {
        return bounded.range().max() == 0;
    }

    /** Why none is wanted. */
    static Reason none(Policy bounded) {
        double seconds = patience(bounded).toMillis() / 1000.0;
        return new Reason(
                "idle",
                "no request for %s s".formatted(Text.number(seconds)),
                Map.of("idle_s", seconds));
    }

    /** What requests that wait ask for, and that none is needed. */
    static List<Need> needs(Policy bounded, Observation seen) {
        int waiting = seen.arrivals().map(Arrivals::waiting).orElse(0);
        if (wantsNone(bounded)) {
            return List.of(new Need("idle", 0, 0, none(bounded)));
        }
        if (waiting == 0) {
            return List.of();
        }
        String text =
                waiting == 1
                        ? "1 request waits for an instance"
                        : waiting + " requests wait for an instance";
        Map<String, Double> numbers = Map.of("waiting", (double) waiting);
        return List.of(new Need(WAITING, 1, 1, new Reason("need_" + WAITING, text, numbers)));
    }
}
