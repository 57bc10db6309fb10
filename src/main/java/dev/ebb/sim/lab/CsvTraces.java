package dev.ebb.sim.lab;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.util.Arrays;

/**
 * Reads {@code t_seconds,value}: one line for each step, in order of time; lines that begin with
 * {@code #} are comments, and a first line of names is passed over.
 *
 * <p>The step is the most usual distance (the median). A line may be off its place by a quarter of
 * a step. Steps without a line, and lines with an empty value or {@code nan}, are gaps; {@link
 * Trace} says how those are bridged.
 */
public final class CsvTraces implements TraceReader {
    private static final int LONGEST_LINE = 10_000;

    @Override
    public boolean accepts(TraceSource source) throws IOException {
        return source.head()
                .lines()
                .filter(line -> !skipped(line))
                .findFirst()
                .filter(line -> line.length() < LONGEST_LINE && line.split(",", -1).length == 2)
                .isPresent();
    }

    @Override
    public TraceRead read(TraceSource source, TraceOptions options)
            throws IOException, InputProblem {
        var rows = new Rows(source);
        try (BufferedReader in = source.text()) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                rows.line(line);
            }
        } catch (MalformedInputException e) {
            throw new InputProblem(source.place(), "is not text in UTF-8");
        }
        return TraceRead.of(rows.trace());
    }

    private static boolean skipped(String line) {
        return line.isBlank() || line.stripLeading().startsWith("#");
    }

    /** What has been read so far. For one thread. */
    private static final class Rows {
        private final TraceSource source;
        private double[] times = new double[1024];
        private double[] values = new double[1024];
        private int[] lines = new int[1024];
        private int size;
        private int number;
        private boolean begun;

        Rows(TraceSource source) {
            this.source = source;
        }

        void line(String text) throws InputProblem {
            number++;
            if (skipped(text)) {
                return;
            }
            int comma = text.indexOf(',');
            if (comma < 0 || text.indexOf(',', comma + 1) >= 0) {
                throw problem(number, "wants t_seconds,value and finds '" + cut(text) + "'");
            }
            String time = text.substring(0, comma).strip();
            boolean names = !begun && !isNumber(time);
            begun = true;
            if (!names) {
                add(number(time), value(text.substring(comma + 1).strip()));
            }
        }

        private void add(double time, double value) throws InputProblem {
            if (size > 0 && time <= times[size - 1]) {
                String last = Grid.text(times[size - 1]);
                throw problem(number, "time " + Grid.text(time) + " does not come after " + last);
            }
            if (size == Grid.LIMIT) {
                throw problem(number, "more than " + Grid.LIMIT + " lines; use a coarser step");
            }
            if (size == times.length) {
                int more = Math.min(Grid.LIMIT, size * 2);
                times = Arrays.copyOf(times, more);
                values = Arrays.copyOf(values, more);
                lines = Arrays.copyOf(lines, more);
            }
            times[size] = time;
            values[size] = value;
            lines[size++] = number;
        }

        private double value(String text) throws InputProblem {
            if (text.isEmpty() || text.equalsIgnoreCase("nan")) {
                return Double.NaN;
            }
            double value = number(text);
            if (value < 0) {
                throw problem(number, "load cannot be negative: " + text);
            }
            return value;
        }

        private double number(String text) throws InputProblem {
            if (!isNumber(text)) {
                throw problem(number, "'" + cut(text) + "' is not a number");
            }
            double value = Double.parseDouble(text);
            if (Double.isInfinite(value)) {
                throw problem(number, "'" + cut(text) + "' is too large");
            }
            return value;
        }

        /** Decimal numbers only: what else Java accepts is no number in a file of figures. */
        private static boolean isNumber(String text) {
            return text.matches("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d{1,3})?");
        }

        Trace trace() throws InputProblem {
            return new Grid(source, times, values, size, i -> source.place() + ":" + lines[i])
                    .trace("a trace needs at least two lines of t_seconds,value");
        }

        private InputProblem problem(int line, String what) {
            return new InputProblem(source.place() + ":" + line, what);
        }

        private static String cut(String text) {
            return text.length() <= 60 ? text : text.substring(0, 57) + "...";
        }
    }
}
