package dev.ebb.sim.lab;

import java.util.List;
import java.util.Optional;

/**
 * Another policy that never wants fewer instances than its callers need ({@code policy.not-below}).
 * The callers' own fleets run beside it, each over its own trace, in steps of the same length. For
 * one thread.
 */
public final class KeepingUp implements Autoscaler {
    private final Autoscaler inner;
    private final List<Beside> callers;
    private Optional<String> why = Optional.empty();

    /**
     * A service that calls this one.
     *
     * @param replay its trace and model
     * @param contender its policy
     * @param ratio instances of this service for each of its own
     */
    public record Caller(String name, Replay replay, Contender contender, double ratio) {}

    private record Beside(Caller caller, Replay.Run run) {}

    private KeepingUp(Autoscaler inner, List<Caller> callers) {
        this.inner = inner;
        this.callers =
                callers.stream()
                        .map(c -> new Beside(c, c.replay().begin(c.contender(), Watcher.NONE)))
                        .toList();
    }

    /** The contender with these callers; as it is where there are none. */
    public static Contender over(Contender contender, List<Caller> callers) {
        return callers.isEmpty()
                ? contender
                : Contender.over(contender, (inner, model) -> new KeepingUp(inner, callers));
    }

    @Override
    public int decide(Signals signals) {
        int answer = inner.decide(signals);
        why = Optional.empty();
        for (Beside beside : callers) {
            beside.run().step();
            int standing = beside.run().standing();
            double needed = Math.ceil(beside.caller().ratio() * standing - 1e-9);
            int least = (int) Math.min(1_000_000, needed);
            if (least > answer) {
                answer = least;
                why =
                        Optional.of(
                                "'%s' has %d and needs %d"
                                        .formatted(beside.caller().name(), standing, least));
            }
        }
        return answer;
    }

    @Override
    public String reason() {
        return why.map(w -> inner.reason() + "; " + w).orElseGet(inner::reason);
    }
}
