package dev.ebb.sim.lab;

import dev.ebb.core.PerHour;
import dev.ebb.core.Policy;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Another policy that lets no more instances go in any hour than a budget allows ({@code
 * policy.in.per-hour}). As live, the hour ends now and slides, and a share is of the instances that
 * there are. For one thread.
 */
public final class Hourly implements Autoscaler {
    private static final double HOUR = 3600;

    private final Autoscaler inner;
    private final PerHour limit;
    private final Deque<Double> gone = new ArrayDeque<>();
    private Optional<String> why = Optional.empty();

    private Hourly(Autoscaler inner, PerHour limit) {
        this.inner = inner;
        this.limit = limit;
    }

    /** The contender within this policy's budget; as it is where there is none. */
    public static Contender over(Contender contender, Policy policy) {
        Optional<PerHour> limit = policy.in().perHour();
        return limit.isEmpty()
                ? contender
                : Contender.over(contender, (inner, model) -> new Hourly(inner, limit.get()));
    }

    @Override
    public int decide(Signals signals) {
        int asked = inner.decide(signals);
        double now = signals.now();
        while (!gone.isEmpty() && now - gone.peekFirst() >= HOUR) {
            gone.removeFirst();
        }
        why = Optional.empty();
        int fewer = signals.wanted() - asked;
        if (fewer <= 0 || signals.index() == 0) {
            return asked;
        }
        int allowed = limit.of(signals.wanted());
        int room = Math.clamp(allowed - gone.size(), 0, fewer);
        if (room < fewer) {
            why =
                    Optional.of(
                            "%d were let go within an hour, %d may be"
                                    .formatted(gone.size() + room, allowed));
        }
        for (int i = 0; i < room; i++) {
            gone.addLast(now);
        }
        return signals.wanted() - room;
    }

    @Override
    public String reason() {
        return why.map(w -> inner.reason() + "; " + w).orElseGet(inner::reason);
    }
}
