package dev.ebb.balance;

/**
 * How many requests one instance may have to work on at once, over all event loops (each has its
 * {@link LoopShare}). What comes beyond waits in the {@link AdmissionQueue}. Streams do not count
 * once they are open.
 */
public sealed interface LimitPolicy {
    /** No limit but that of connections. */
    record Unlimited() implements LimitPolicy {
        public static final Unlimited DEFAULT = new Unlimited();
    }

    /** So many. */
    record Fixed(int requests) implements LimitPolicy {
        public Fixed {
            if (requests < 1) {
                throw new IllegalArgumentException("a limit is 1 or more, but is " + requests);
            }
        }
    }

    /**
     * As many as its latency shows it to bear (see {@link Gradient2}).
     *
     * @param initial until something is known
     */
    record Adaptive(int initial, int min, int max) implements LimitPolicy {
        public static final Adaptive DEFAULT = new Adaptive(20, 10, 1000);

        public Adaptive {
            if (min < 1 || max < min || initial < min || initial > max) {
                throw new IllegalArgumentException(
                        "no limits: %d, %d to %d".formatted(initial, min, max));
            }
        }
    }
}
