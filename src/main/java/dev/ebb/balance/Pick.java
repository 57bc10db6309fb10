package dev.ebb.balance;

/**
 * What the balancer answers to "where does this request go". Neither case allocates: an endpoint
 * brings its own {@link Picked}, and the reasons for none are constants.
 */
public sealed interface Pick {

    /** Send it there. It counts as in flight already: the caller owes one {@code finished}. */
    record Picked(Candidate candidate) implements Pick {}

    /** There is nowhere to send it. */
    record None(Why why) implements Pick {
        static final None NO_ENDPOINTS = new None(Why.NO_ENDPOINTS);
        static final None NONE_ACTIVE = new None(Why.NONE_ACTIVE);
        static final None NONE_HEALTHY = new None(Why.NONE_HEALTHY);
        static final None ALL_FULL = new None(Why.ALL_FULL);
        static final None NO_OTHER = new None(Why.NO_OTHER);
    }

    /** Why there is nowhere to go; {@link #text} is for people. */
    enum Why {
        NO_ENDPOINTS("the service has no instances"),
        NONE_ACTIVE("none of the service's instances takes requests at the moment"),
        NONE_HEALTHY("none of the service's instances is healthy"),
        ALL_FULL("all of the service's instances are at their limits"),
        NO_OTHER("no instance is left that was not tried and has room");

        private final String text;

        Why(String text) {
            this.text = text;
        }

        public String text() {
            return text;
        }
    }
}
