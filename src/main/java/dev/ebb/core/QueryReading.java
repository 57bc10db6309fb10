package dev.ebb.core;

import java.util.Optional;

/**
 * The newest answer to one of a service's queries. A question that has failed leaves the answer
 * before it, which grows old; missing is never 0.
 *
 * @param name of the {@link QueryTarget}
 * @param value the newest number, 0 or more; empty when there has been none
 * @param measuredAtNanos when it was asked for, on the monotonic clock of {@link Now}
 * @param problem why the newest question has failed; empty when it has not
 */
public record QueryReading(
        String name, Optional<Double> value, long measuredAtNanos, Optional<String> problem) {}
