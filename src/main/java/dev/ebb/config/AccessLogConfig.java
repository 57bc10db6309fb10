package dev.ebb.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What is written about requests. Immutable.
 *
 * @param file empty for standard output
 * @param sample share of the requests that neither failed nor were slow
 * @param slow zero for no such limit
 * @param size of a file in bytes
 * @param files kept, the current one included
 */
public record AccessLogConfig(
        Optional<Path> file, double sample, Duration slow, Query query, long size, int files) {

    /** What is written of a query. */
    public enum Query {
        NONE,
        NAMES,
        ALL
    }
}
