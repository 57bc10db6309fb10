package dev.ebb.sim.lab;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/**
 * Reads {@code t_seconds,value}: one line for each step, in order of time; lines that begin with
 * {@code #} are comments, and a first line of names is passed over.
 *
 * <p>The step is the most usual distance (the median). A line may be off its place by a quarter of
 * a step. Steps without a line, and lines with an empty value or {@code nan}, are gaps; {@link
 * Trace} says how those are bridged.
 */
public final class CsvTraces implements TraceReader {
    /** Steps that a trace may have: five years of seconds are more. */
    private static final int LIMIT = 50_000_000;

    private static final int LONGEST_LINE = 10_000;

    @Override
    public boolean accepts(Path file) throws IOException {
        try (BufferedReader in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            String line = in.readLine();
            while (line != null && skipped(line)) {
                line = in.readLine();
            }
            return line != null && line.length() < LONGEST_LINE && line.split(",", -1).length == 2;
        } catch (MalformedInputException e) {
            return false;
        }
    }

    @Override
    public Trace read(Path file) throws IOException, InputProblem {
        var rows = new Rows(file);
        try (BufferedReader in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                rows.line(line);
            }
        } catch (MalformedInputException e) {
            throw new InputProblem(file.toString(), "is not text in UTF-8");
        }
        return rows.trace();
    }

    /** The file's name without its folder and last extension. */
    public static String stem(Path file) {
        String name = String.valueOf(file.getFileName());
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(0, dot) : name;
    }

    private static boolean skipped(String line) {
        return line.isBlank() || line.stripLeading().startsWith("#");
    }

    /** What has been read so far. For one thread. */
    private static final class Rows {
        private final Path file;
        private double[] times = new double[1024];
        private double[] values = new double[1024];
        private int[] lines = new int[1024];
        private int size;
        private int number;
        private boolean begun;

        Rows(Path file) {
            this.file = file;
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
                String last = text(times[size - 1]);
                throw problem(number, "time " + text(time) + " does not come after " + last);
            }
            if (size == LIMIT) {
                throw problem(number, "more than " + LIMIT + " lines; use a coarser step");
            }
            if (size == times.length) {
                int more = Math.min(LIMIT, size * 2);
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
            if (size < 2) {
                throw new InputProblem(
                        file.toString(),
                        "a trace needs at least two lines of t_seconds,value; there are " + size);
            }
            double step = step();
            double last = (times[size - 1] - times[0]) / step;
            if (last >= LIMIT) {
                throw problem(lines[size - 1], "with gaps, more than " + LIMIT + " steps");
            }
            var loads = new double[(int) Math.round(last) + 1];
            Arrays.fill(loads, Double.NaN);
            for (int i = 0; i < size; i++) {
                loads[place(i, step)] = values[i];
            }
            return trace(step, loads);
        }

        private Trace trace(double step, double[] loads) throws InputProblem {
            try {
                return Trace.of(stem(file), step, loads);
            } catch (IllegalArgumentException e) {
                throw new InputProblem(file.toString(), String.valueOf(e.getMessage()));
            }
        }

        private double step() {
            var distances = new double[size - 1];
            for (int i = 0; i < distances.length; i++) {
                distances[i] = times[i + 1] - times[i];
            }
            Arrays.sort(distances);
            return distances[distances.length / 2];
        }

        private int place(int row, double step) throws InputProblem {
            double exact = (times[row] - times[0]) / step;
            long place = Math.round(exact);
            boolean taken = row > 0 && Math.round((times[row - 1] - times[0]) / step) == place;
            if (taken || Math.abs(exact - place) > 0.25) {
                throw problem(
                        lines[row],
                        "time "
                                + text(times[row])
                                + " is not on the step of "
                                + text(step)
                                + " s that the others have; resample the trace");
            }
            return (int) place;
        }

        private InputProblem problem(int line, String what) {
            return new InputProblem(file + ":" + line, what);
        }

        private static String text(double number) {
            return number == Math.rint(number) && Math.abs(number) < 1e15
                    ? Long.toString((long) number)
                    : String.format(Locale.ROOT, "%.6g", number);
        }

        private static String cut(String text) {
            return text.length() <= 60 ? text : text.substring(0, 57) + "...";
        }
    }
}
