package dev.ebb.gateway;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What the access log holds, and where. Requests that failed (5xx, or an answer that broke off) and
 * slow ones are always in it.
 *
 * @param file empty for standard output
 * @param sample share of all other requests, 0 to 1
 * @param slow from the request's head to the answer's end; zero for no such limit
 * @param fileBytes size at which a new file begins
 * @param files kept, the current one included
 */
public record AccessLogSettings(
        Optional<Path> file, double sample, Duration slow, Query query, long fileBytes, int files) {

    /** What is logged of a target's query, which may well hold secrets. */
    public enum Query {
        NONE,
        /** Each parameter without its value. */
        NAMES,
        ALL
    }

    public AccessLogSettings {
        if (!(sample >= 0 && sample <= 1) || slow.isNegative() || fileBytes < 1 || files < 1) {
            throw new IllegalArgumentException(
                    "an access log cannot have sample %s, slow %s, %s x %s"
                            .formatted(sample, slow, files, fileBytes));
        }
    }
}
