package dev.ebb.cli;

import dev.ebb.control.JournalEntry;
import dev.ebb.core.ServiceName;
import dev.ebb.journal.JournalReader;
import dev.ebb.journal.Stored;
import dev.ebb.sim.lab.JournalLessons;
import dev.ebb.sim.lab.Samples;
import dev.ebb.sim.lab.UsageLine;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Learns the lab's model from a journal of Ebb's. What a person gave is not learned; what is wanted
 * and not there is refused, all of it at once.
 */
final class LearnInput {
    /** Fewer starts, or ends, say little. */
    private static final int ENOUGH = 3;

    private final Path state;
    private final Optional<String> name;
    private final PrintWriter err;

    /**
     * What was learned; seconds, and requests a second.
     *
     * @param start empty when it was not wanted
     */
    record Learned(
            OptionalDouble start,
            OptionalDouble drain,
            OptionalDouble capacity,
            OptionalDouble delay) {}

    /** What is to be learned. */
    record Wanted(boolean start, boolean drain, boolean capacity, boolean delay) {}

    /**
     * @param state the state directory that the journal is in
     * @param name of the service; empty for the only one
     * @param err where is told what was learned, and from how much
     */
    LearnInput(Path state, Optional<String> name, PrintWriter err) {
        this.state = state;
        this.name = name;
        this.err = err;
    }

    /**
     * Reads the whole journal.
     *
     * @throws Failure when it cannot be read, or says too little
     */
    Learned learn(Wanted wanted) {
        JournalLessons lessons = read();
        List<String> missing = new ArrayList<>();
        OptionalDouble start = time(wanted.start(), lessons.starts(), "starts", "--start", missing);
        OptionalDouble drain = time(wanted.drain(), lessons.drains(), "ends", "--drain", missing);
        OptionalDouble delay =
                time(wanted.delay(), lessons.ages(), "readings", "--metric-delay", missing);
        OptionalDouble capacity = capacity(wanted.capacity(), lessons.usage(), missing);
        if (!missing.isEmpty()) {
            throw new Failure(
                    Exit.USAGE,
                    "--learn: the journal says too little: " + String.join("; ", missing));
        }
        start.ifPresent(s -> tell("start", s, lessons.starts(), "starts"));
        drain.ifPresent(s -> tell("drain", s, lessons.drains(), "ends, trials included"));
        delay.ifPresent(s -> tell("metric delay", s, lessons.ages(), "readings"));
        capacity.ifPresent(c -> tell(c, lessons));
        err.flush();
        return new Learned(start, drain, capacity, delay);
    }

    private static OptionalDouble time(
            boolean wanted, Samples samples, String what, String option, List<String> missing) {
        if (!wanted) {
            return OptionalDouble.empty();
        }
        if (samples.size() < ENOUGH) {
            missing.add(
                    "%d %s, %d are needed (or give %s)"
                            .formatted(samples.size(), what, ENOUGH, option));
            return OptionalDouble.empty();
        }
        return OptionalDouble.of(samples.median());
    }

    private static OptionalDouble capacity(boolean wanted, UsageLine usage, List<String> missing) {
        if (!wanted) {
            return OptionalDouble.empty();
        }
        OptionalDouble capacity = usage.capacity();
        if (!usage.isEnough()) {
            missing.add(
                    "%d readings of instances with requests, %d are needed (or give --capacity)"
                            .formatted(usage.size(), UsageLine.ENOUGH));
        } else if (capacity.isEmpty()) {
            missing.add("requests take next to no CPU (give --capacity)");
        }
        return capacity;
    }

    private void tell(String what, double seconds, Samples samples, String of) {
        err.printf(
                Locale.ROOT,
                "ebb: learned: %s %.3gs, the median of %d %s (%.3gs to %.3gs)%n",
                what,
                seconds,
                samples.size(),
                of,
                samples.quantile(0),
                samples.quantile(1));
    }

    private void tell(double capacity, JournalLessons lessons) {
        err.printf(
                Locale.ROOT,
                "ebb: learned: capacity %.4g requests a second, from %d readings of %d instances,"
                        + " up to %.0f %% of their CPU; the trace is taken for requests a second%n",
                capacity,
                lessons.usage().size(),
                lessons.instances(),
                100 * lessons.usage().highest());
    }

    private JournalLessons read() {
        if (!Files.isDirectory(state)) {
            throw new Failure(
                    Exit.USAGE,
                    "--learn: there is no state directory %s; a journal is in one"
                            .formatted(state));
        }
        Map<ServiceName, JournalLessons> all = new TreeMap<>();
        try (Stream<Stored> entries = JournalReader.of(state).withObservations()) {
            entries.forEach(stored -> {
                if (stored instanceof Stored.Known known) {
                    if (known.entry() instanceof JournalEntry.Configured configured) {
                        all.computeIfAbsent(configured.service(), JournalLessons::new);
                    }
                    all.values().forEach(lessons -> lessons.take(known.entry()));
                }
            });
        } catch (IOException e) {
            throw new Failure(
                    Exit.FAILED, "--learn: the journal in %s cannot be read".formatted(state));
        }
        return chosen(all);
    }

    private JournalLessons chosen(Map<ServiceName, JournalLessons> all) {
        List<String> names = all.keySet().stream().map(ServiceName::value).toList();
        if (all.isEmpty()) {
            throw new Failure(
                    Exit.USAGE, "--learn: the journal in %s knows no service".formatted(state));
        }
        if (name.isEmpty() && all.size() > 1) {
            throw new Failure(
                    Exit.USAGE,
                    "--learn: the journal knows %s; choose one with --learn-service"
                            .formatted(String.join(", ", names)));
        }
        String wanted = name.orElse(names.getFirst());
        return all.entrySet().stream()
                .filter(e -> e.getKey().value().equals(wanted))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseThrow(() ->
                        new Failure(
                                Exit.USAGE,
                                "--learn-service: there is no '%s'; the journal knows %s"
                                        .formatted(wanted, String.join(", ", names))));
    }
}
