package dev.ebb.observe.prometheus;

import dev.ebb.control.Monitoring.Sample;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What Prometheus answers to {@code /api/v1/query}, in the form of its HTTP API: a scalar, or a
 * vector, of exactly one sample or of several. Anything else, and one with warnings, is no number,
 * and never 0. Infos (badly named metrics and the like) are no warnings. Pure.
 */
final class InstantAnswer {
    private static final int LONGEST = 200;

    private InstantAnswer() {}

    /**
     * The one number.
     *
     * @throws IOException when there is none; the message says why in a few words
     */
    static double value(byte[] body) throws IOException {
        JsonNode data = data(body);
        JsonNode result = data.path("result");
        return switch (data.path("resultType").asString("")) {
            case "scalar" -> number(result);
            case "vector" -> {
                if (result.size() != 1) {
                    throw new IOException(
                            result.isEmpty()
                                    ? "no series matches"
                                    : result.size() + " series match; write sum(...) or the like");
                }
                yield number(result.path(0).path("value"));
            }
            default -> throw new IOException("the answer is neither a scalar nor a vector");
        };
    }

    /**
     * A number for each series. One that is no number is left out.
     *
     * @throws IOException when it is no vector, or an empty one; the message says why
     */
    static List<Sample> samples(byte[] body) throws IOException {
        JsonNode data = data(body);
        if (!data.path("resultType").asString("").equals("vector")) {
            throw new IOException("the answer is no vector; write sum by (pod) (...) or the like");
        }
        List<Sample> samples = new ArrayList<>();
        for (JsonNode one : data.path("result")) {
            Map<String, String> labels = new HashMap<>();
            one.path("metric")
                    .properties()
                    .forEach(l -> labels.put(l.getKey(), l.getValue().asString("")));
            try {
                samples.add(new Sample(labels, number(one.path("value"))));
            } catch (IOException e) {
                // NaN, or below 0: of this one nothing is known.
            }
        }
        if (samples.isEmpty()) {
            throw new IOException("no series matches");
        }
        return samples;
    }

    private static JsonNode data(byte[] body) throws IOException {
        JsonNode root;
        try {
            root = JsonMapper.shared().readTree(body);
        } catch (JacksonException e) {
            throw new IOException("the answer is no JSON of Prometheus", e);
        }
        if (!root.path("status").asString("").equals("success")) {
            throw new IOException("it refuses: " + error(root).orElse("no reason given"));
        }
        // With one of these a part of the series may be missing, and the sum too small.
        JsonNode warnings = root.path("warnings");
        if (!warnings.isEmpty()) {
            throw new IOException(
                    "it may be in part only, Prometheus warns: "
                            + line(warnings.path(0).asString(""))
                                    .orElse("of what, it does not say"));
        }
        return root.path("data");
    }

    /** Why it refused, if that is what a body says. */
    static Optional<String> error(byte[] body) {
        try {
            return error(JsonMapper.shared().readTree(body));
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> error(JsonNode root) {
        return line(root.path("error").asString(""));
    }

    /** The first line, for people. */
    private static Optional<String> line(String text) {
        String line = text.lines().findFirst().orElse("").replaceAll("\\p{Cntrl}", " ");
        return line.isBlank()
                ? Optional.empty()
                : Optional.of(line.substring(0, Math.min(LONGEST, line.length())));
    }

    /** A pair of a time in seconds and a number as text. */
    private static double number(JsonNode pair) throws IOException {
        String text = pair.path(1).asString("");
        double value;
        try {
            value = Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new IOException("the answer holds no number", e);
        }
        if (!Double.isFinite(value)) {
            throw new IOException("the answer is " + text);
        }
        if (value < 0) {
            throw new IOException("the answer is below 0");
        }
        return value;
    }
}
