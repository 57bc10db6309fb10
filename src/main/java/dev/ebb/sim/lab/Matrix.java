package dev.ebb.sim.lab;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The sum of the series of a range query's answer, read token by token: memory for the times, not
 * for the text. The form is that of Prometheus' HTTP API (format of query results: a value is a
 * pair of a time in seconds and a number as text). Immutable once read; the arrays are its own.
 *
 * @param times seconds, ascending
 * @param values sums; NaN where no series has a value that can be used
 * @param size how many of both count
 * @param seen series in the answer
 * @param chosen series that were added up
 * @param unusable values that are NaN or infinite
 * @param examples labels of the first series
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never shared
record Matrix(
        double[] times,
        double[] values,
        int size,
        int seen,
        int chosen,
        long unusable,
        List<String> examples) {

    /** Nothing yet. */
    static final Matrix EMPTY = new Matrix(new double[0], new double[0], 0, 0, 0, 0, List.of());

    /**
     * Reads an answer. The stream is left open.
     *
     * @param place for messages
     * @param wanted labels and their values; empty for all series
     */
    static Matrix read(InputStream in, String place, Map<String, String> wanted)
            throws IOException, InputProblem {
        try (JsonParser json = JsonMapper.shared().reader().createParser(new Unclosed(in))) {
            return new Reading(json, place, wanted).answer();
        } catch (JacksonIOException e) {
            throw e.getCause();
        } catch (JacksonException e) {
            String at = e.getLocation() == null ? place : place(place, e.getLocation());
            throw new InputProblem(at, "not JSON, or cut off: " + e.getOriginalMessage());
        }
    }

    /** Both together: where both have a value, their sum. */
    Matrix plus(Matrix other) {
        var mergedTimes = new double[size + other.size];
        var mergedValues = new double[size + other.size];
        int n = 0;
        int i = 0;
        int j = 0;
        while (i < size || j < other.size) {
            boolean mine = j == other.size || (i < size && times[i] <= other.times[j]);
            boolean others = i == size || (j < other.size && other.times[j] <= times[i]);
            mergedTimes[n] = mine ? times[i] : other.times[j];
            double a = mine ? values[i++] : Double.NaN;
            double b = others ? other.values[j++] : Double.NaN;
            mergedValues[n++] = Double.isNaN(a) ? b : Double.isNaN(b) ? a : a + b;
        }
        return new Matrix(
                mergedTimes,
                mergedValues,
                n,
                Math.max(seen, other.seen),
                Math.max(chosen, other.chosen),
                unusable + other.unusable,
                examples.isEmpty() ? other.examples : examples);
    }

    private static String place(String place, TokenStreamLocation at) {
        return place + ":" + at.getLineNr() + ":" + at.getColumnNr();
    }

    /** The parser closes what it reads from; whose stream it is should do that. */
    private static final class Unclosed extends java.io.FilterInputStream {
        Unclosed(InputStream in) {
            super(in);
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            return in.read(bytes, from, length);
        }

        @Override
        public void close() {
            // See above.
        }
    }

    /** For one answer and one thread. */
    private static final class Reading {
        private static final int EXAMPLES = 3;
        private static final int MOST_SERIES = 100_000;

        private final JsonParser json;
        private final String file;
        private final Map<String, String> wanted;
        private final List<String> examples = new ArrayList<>();
        private String status = "success";
        private String error = "";
        private String type = "matrix";
        private boolean found;
        private Matrix sum = EMPTY;
        private int seen;
        private int chosen;
        private long unusable;
        private double[] times = new double[256];
        private double[] values = new double[256];
        private int size;

        Reading(JsonParser json, String file, Map<String, String> wanted) {
            this.json = json;
            this.file = file;
            this.wanted = wanted;
        }

        Matrix answer() throws InputProblem {
            JsonToken first = json.nextToken();
            if (first == JsonToken.START_ARRAY) {
                result();
            } else if (first == JsonToken.START_OBJECT) {
                envelope();
            } else {
                throw problem("wants the answer of a range query, an object");
            }
            if (json.nextToken() != null) {
                throw problem("something follows the answer; one file, one answer");
            }
            if (!status.equals("success")) {
                throw new InputProblem(
                        file, "Prometheus says: " + (error.isEmpty() ? status : error));
            }
            if (!found) {
                throw new InputProblem(
                        file, "has no 'result': it is not the answer of a range query");
            }
            return new Matrix(sum.times, sum.values, sum.size, seen, chosen, unusable, examples);
        }

        private void envelope() throws InputProblem {
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                String key = json.currentName();
                JsonToken value = json.nextToken();
                switch (key) {
                    case "status" -> status = text("status");
                    case "error" -> error = text("error");
                    case "resultType" -> type(text("resultType"));
                    case "data" -> data(value);
                    case "result" -> resultOf(value);
                    default -> json.skipChildren();
                }
            }
        }

        private void data(JsonToken value) throws InputProblem {
            if (value == JsonToken.VALUE_NULL) {
                return;
            }
            if (value != JsonToken.START_OBJECT) {
                throw problem("'data' should be an object with resultType and result");
            }
            envelope();
        }

        private void type(String text) throws InputProblem {
            type = text;
            if (!type.equals("matrix")) {
                throw problem(
                        "holds a "
                                + type
                                + ", one moment only; ask /api/v1/query_range for a matrix");
            }
        }

        private void resultOf(JsonToken value) throws InputProblem {
            if (value != JsonToken.START_ARRAY) {
                throw problem("'result' should be a list of series");
            }
            result();
        }

        private void result() throws InputProblem {
            found = true;
            for (JsonToken t = json.nextToken(); t != JsonToken.END_ARRAY; t = json.nextToken()) {
                if (t != JsonToken.START_OBJECT) {
                    throw problem("a series should be an object with metric and values");
                }
                series();
            }
        }

        private void series() throws InputProblem {
            if (++seen > MOST_SERIES) {
                throw problem("more than " + MOST_SERIES + " series; let the query add them up");
            }
            Map<String, String> labels = new TreeMap<>();
            size = 0;
            boolean any = false;
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                String key = json.currentName();
                JsonToken value = json.nextToken();
                switch (key) {
                    case "metric" -> labels(value, labels);
                    case "values" -> {
                        any = true;
                        values(value);
                    }
                    case "value" ->
                            throw problem("a series has one value only; ask /api/v1/query_range");
                    case "histograms" ->
                            throw problem(
                                    "is a native histogram; ask for a number, such as"
                                            + " histogram_count(rate(...))");
                    default -> json.skipChildren();
                }
            }
            if (!any) {
                throw problem("a series has no 'values'");
            }
            if (examples.size() < EXAMPLES) {
                examples.add(labels.toString());
            }
            if (wanted.entrySet().stream()
                    .allMatch(e -> e.getValue().equals(labels.getOrDefault(e.getKey(), "")))) {
                chosen++;
                sum = sum.plus(new Matrix(times, values, size, 0, 0, 0, List.of()));
            }
        }

        private void labels(JsonToken value, Map<String, String> into) throws InputProblem {
            if (value != JsonToken.START_OBJECT) {
                throw problem("'metric' should be an object of labels");
            }
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                String key = json.currentName();
                json.nextToken();
                into.put(key, text("a label"));
            }
        }

        private void values(JsonToken value) throws InputProblem {
            if (value != JsonToken.START_ARRAY) {
                throw problem("'values' should be a list of pairs");
            }
            for (JsonToken t = json.nextToken(); t != JsonToken.END_ARRAY; t = json.nextToken()) {
                if (t != JsonToken.START_ARRAY || !json.nextToken().isNumeric()) {
                    throw problem("a value should be a pair: [time, \"number\"]");
                }
                double time = json.getDoubleValue();
                json.nextToken();
                double load = number(text("a value"));
                if (json.nextToken() != JsonToken.END_ARRAY) {
                    throw problem("a value should be a pair: [time, \"number\"]");
                }
                add(time, load);
            }
        }

        private double number(String text) throws InputProblem {
            double number;
            try {
                number =
                        switch (text) {
                            case "NaN", "+Inf", "Inf", "-Inf" -> Double.NaN;
                            default -> Double.parseDouble(text);
                        };
            } catch (NumberFormatException e) {
                throw problem("'" + text + "' is not a number");
            }
            if (number < 0) {
                throw problem("load cannot be negative: " + text);
            }
            unusable += Double.isFinite(number) ? 0 : 1;
            return Double.isFinite(number) ? number : Double.NaN;
        }

        private void add(double time, double load) throws InputProblem {
            if (size > 0 && time <= times[size - 1]) {
                throw problem(
                        "time "
                                + Grid.text(time)
                                + " does not come after "
                                + Grid.text(times[size - 1]));
            }
            if (size == Grid.LIMIT) {
                throw problem("more than " + Grid.LIMIT + " values; use a coarser step");
            }
            if (size == times.length) {
                times = Arrays.copyOf(times, 2 * size);
                values = Arrays.copyOf(values, 2 * size);
            }
            times[size] = time;
            values[size++] = load;
        }

        private String text(String what) throws InputProblem {
            if (!json.hasToken(JsonToken.VALUE_STRING)) {
                throw problem(what + " should be text in quotes");
            }
            return json.getString();
        }

        private InputProblem problem(String what) {
            return new InputProblem(place(file, json.currentTokenLocation()), what);
        }
    }
}
