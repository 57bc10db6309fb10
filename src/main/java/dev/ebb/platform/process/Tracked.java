package dev.ebb.platform.process;

import dev.ebb.core.Liveness;
import java.util.Optional;
import java.util.OptionalInt;

/** An instance that the platform started, adopted, or failed to start. Used by one thread. */
final class Tracked {
    private final String token;
    private final Optional<Identity> identity;
    private final Optional<Process> child;
    private final String whyNotStarted;
    private volatile long livedAtTicks;
    private volatile boolean ended;
    private boolean remainsEnded;

    private Tracked(
            String token,
            Optional<Identity> identity,
            Optional<Process> child,
            String whyNotStarted) {
        this.token = token;
        this.identity = identity;
        this.child = child;
        this.whyNotStarted = whyNotStarted;
    }

    static Tracked started(String token, Identity identity, Process child) {
        return new Tracked(token, Optional.of(identity), Optional.of(child), "");
    }

    static Tracked adopted(String token, Identity identity) {
        return new Tracked(token, Optional.of(identity), Optional.empty(), "");
    }

    static Tracked notStarted(String token, String why) {
        return new Tracked(token, Optional.empty(), Optional.empty(), why);
    }

    String token() {
        return token;
    }

    /** Of the leader of its session; empty when it was not started. */
    Optional<Identity> identity() {
        return identity;
    }

    /** Whether it was ever seen to have ended; it stays so. */
    boolean hasEnded() {
        return ended;
    }

    /** When it was last seen alive, in ticks since boot. */
    long livedAtTicks() {
        return livedAtTicks;
    }

    /** True the first time only: what an instance left behind is ended once. */
    boolean takeRemains() {
        boolean first = !remainsEnded;
        remainsEnded = true;
        return first;
    }

    /**
     * How it is. A child is asked of the JVM, which waits for it; of an adopted one only {@code
     * /proc} tells.
     */
    Liveness look(Proc proc, String bootId, long nowTicks) {
        if (identity.isEmpty()) {
            return new Liveness.NotStarted(whyNotStarted);
        }
        Proc.Match match =
                child.map(it -> it.isAlive() ? Proc.Match.SAME : Proc.Match.ENDED)
                        .orElseGet(() -> proc.match(identity.get(), bootId));
        return switch (match) {
            case SAME -> {
                livedAtTicks = nowTicks;
                yield new Liveness.Running();
            }
            case ENDED -> {
                ended = true;
                yield new Liveness.Exited(
                        child.map(it -> OptionalInt.of(it.exitValue()))
                                .orElse(OptionalInt.empty()));
            }
            case UNCLEAR -> new Liveness.Unclear();
        };
    }
}
