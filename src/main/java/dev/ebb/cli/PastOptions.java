package dev.ebb.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which Prometheus to ask for the past, and how much of it. */
final class PastOptions {
    private static final long WEEK = 7 * 86_400;

    @Option(names = "--prometheus", paramLabel = "URL", description = "http://127.0.0.1:9090")
    private Optional<String> prometheus = Optional.empty();

    @Option(
            names = "--from",
            paramLabel = "TIME",
            description = "As 2026-11-19T00:00:00Z; otherwise a week before --to.")
    private Optional<String> from = Optional.empty();

    @Option(names = "--to", paramLabel = "TIME", description = "As --from; otherwise now.")
    private Optional<String> to = Optional.empty();

    @Option(names = "--every", paramLabel = "TIME", description = "The query's step: 60s.")
    private Optional<String> every = Optional.empty();

    @Option(names = "--token-file", paramLabel = "FILE", description = "With a bearer token.")
    private Optional<Path> tokenFile = Optional.empty();

    /**
     * Seconds since 1970, and the seconds between two values.
     *
     * @param step at least 1
     */
    record Window(long start, long end, long step) {}

    boolean isGiven() {
        return prometheus.isPresent();
    }

    /** Only when one was given. */
    PrometheusQuery query() {
        return new PrometheusQuery(prometheus.orElseThrow(), tokenFile.map(PastOptions::token));
    }

    Window window() {
        long end = to.map(t -> time("--to", t)).orElse(System.currentTimeMillis() / 1000);
        long start = from.map(t -> time("--from", t)).orElse(end - WEEK);
        long step = Math.max(1, Math.round(Spans.seconds("--every", every, 60)));
        if (start >= end) {
            throw new Failure(Exit.USAGE, "--from: is not before --to");
        }
        return new Window(start, end, step);
    }

    private static String token(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new Failure(Exit.FAILED, "--token-file: " + file + " cannot be read");
        }
    }

    private static long time(String option, String text) {
        try {
            return Instant.parse(text).getEpochSecond();
        } catch (DateTimeParseException e) {
            throw new Failure(Exit.USAGE, option + ": wants a time as 2026-11-19T00:00:00Z");
        }
    }
}
