package dev.ebb.core;

import java.time.Duration;
import java.util.Optional;

/**
 * A number of the service as a whole that sizes it, from a monitoring system. How it is asked is
 * part of it, so that the record of a policy says what its figures were.
 *
 * @param name for people and in the record; one of its own in its service
 * @param query in the monitoring system's language; its answer is one number of the whole service:
 *     not a mean, which falls late when instances are added, and would add too many
 * @param url of the monitoring system; empty for the one that all services share
 * @param each what one instance does for; above 0
 * @param pace how often it is asked, and how old an answer may be
 */
public record QueryTarget(String name, String query, Optional<String> url, double each, Pace pace) {

    public QueryTarget {
        if (!(each > 0)) {
            throw new IllegalArgumentException("a share is above 0, but is " + each);
        }
    }

    /**
     * @param every from one question to the next
     * @param timeout of one question, its whole answer included
     * @param maxAge age up to which an answer counts; above it, it is missing
     */
    public record Pace(Duration every, Duration timeout, Duration maxAge) {
        public static final Pace DEFAULT =
                new Pace(Duration.ofSeconds(15), Duration.ofSeconds(5), Duration.ofMinutes(1));
    }
}
