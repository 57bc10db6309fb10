package dev.ebb.sim.lab;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Reads access logs in NCSA's common and combined forms, as Apache, nginx and many others write
 * them. The lines of each step are counted, and the trace has requests per second.
 *
 * <p>A line may be older than the newest one by an hour, as servers write a request down when it
 * has ended; what is older still, or jumps ahead by more than a month, counts as bad. Bad lines are
 * passed over, counted and told of; more than one in twenty is an error. The last step is left out
 * when the log ends within it.
 */
public final class AccessLogTraces implements TraceReader {
    private static final int LATEST = 3600;
    private static final int FURTHEST = 31 * 86_400;
    private static final int FEW = 100;
    private static final int PROBE = 20;

    @Override
    public boolean accepts(TraceSource source) throws IOException {
        var line = new AccessLine();
        List<String> lines = source.head().lines().filter(l -> !l.isBlank()).limit(PROBE).toList();
        long good =
                lines.stream()
                        .map(l -> l.getBytes(StandardCharsets.ISO_8859_1))
                        .filter(b -> line.read(b, b.length, true).isEmpty())
                        .count();
        return good > 0 && 2 * good >= lines.size();
    }

    @Override
    public TraceRead read(TraceSource source, TraceOptions options)
            throws IOException, InputProblem {
        var counts = new Counts(source, (int) options.logStep());
        try (InputStream in = source.open()) {
            var lines = new ByteLines(in);
            while (lines.next()) {
                counts.line(lines);
            }
        }
        return counts.trace();
    }

    /** Requests by step. For one thread. */
    private static final class Counts {
        private final TraceSource source;
        private final int step;
        private final AccessLine line = new AccessLine();
        private int[] counts = new int[1024];
        private long base;
        private long newest = Long.MIN_VALUE;
        private long oldest = Long.MAX_VALUE;
        private long lines;
        private long bad;
        private long holeAt;
        private long hole;
        private String firstBad = "";

        Counts(TraceSource source, int step) {
            this.source = source;
            this.step = step;
        }

        void line(ByteLines text) throws InputProblem {
            if (text.isBlank()) {
                return;
            }
            lines++;
            var wrong = line.read(text.bytes(), text.length(), text.isWhole());
            if (wrong.isPresent()) {
                bad(text.number(), wrong.get());
                return;
            }
            long time = line.seconds();
            if (newest == Long.MIN_VALUE) {
                base = Math.floorDiv(time - LATEST, step) * step;
            } else if (time < newest - LATEST) {
                bad(text.number(), "is more than an hour older than a line before it");
                return;
            } else if (time > newest + FURTHEST) {
                bad(text.number(), "is more than a month newer than the line before it");
                return;
            } else if (time - newest > hole) {
                hole = time - newest;
                holeAt = text.number();
            }
            count(time, text.number());
        }

        private void count(long time, long number) throws InputProblem {
            long at = (time - base) / step;
            if (at < 0) {
                bad(number, "is more than an hour older than the first line");
                return;
            }
            newest = Math.max(newest, time);
            oldest = Math.min(oldest, time);
            if (at >= Grid.LIMIT) {
                throw new InputProblem(
                        source.place() + ":" + number,
                        "more than " + Grid.LIMIT + " steps; count over a longer --log-step");
            }
            if (at >= counts.length) {
                long more = Math.min(Grid.LIMIT, Math.max(2L * counts.length, at + 1));
                counts = Arrays.copyOf(counts, (int) more);
            }
            counts[(int) at]++;
        }

        private void bad(long number, String what) throws InputProblem {
            bad++;
            if (bad == 1) {
                firstBad = source.place() + ":" + number + ": " + what;
            }
            if (bad >= FEW && 2 * bad > lines) {
                throw tooMany();
            }
        }

        private InputProblem tooMany() {
            return new InputProblem(
                    firstBad,
                    String.format(
                            Locale.ROOT,
                            "and %,d of %,d lines are no good; is it an access log in common or"
                                    + " combined form?",
                            bad,
                            lines));
        }

        TraceRead trace() throws InputProblem {
            if (20 * bad > lines) {
                throw tooMany();
            }
            int first = (int) ((oldest - base) / step);
            int end = (int) ((newest - base) / step);
            // The log says nothing of the last step's rest, unless it ends with the step.
            int size = end - first + ((newest - base) % step == step - 1 ? 1 : 0);
            if (size < 2) {
                throw new InputProblem(
                        source.place(),
                        "the log is shorter than two steps of " + step + " s; use --log-step");
            }
            var loads = new double[size];
            for (int i = 0; i < size; i++) {
                loads[i] = (double) counts[first + i] / step;
            }
            Trace trace = Grid.trace(source, step, loads).from(base + (double) first * step);
            return new TraceRead(trace, notes());
        }

        private List<String> notes() {
            List<String> notes = new ArrayList<>();
            if (bad > 0) {
                notes.add(
                        String.format(
                                Locale.ROOT,
                                "%,d of %,d lines were passed over; the first: %s",
                                bad,
                                lines,
                                firstBad));
            }
            if (hole >= 3600 && hole >= 10L * step) {
                notes.add(
                        String.format(
                                Locale.ROOT,
                                "%s:%d: no request for %.1f h before this line; it counts as no"
                                        + " load",
                                source.place(),
                                holeAt,
                                hole / 3600.0));
            }
            return notes;
        }
    }
}
