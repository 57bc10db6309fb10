package dev.ebb.gateway;

import dev.ebb.control.OrcaFigures;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What an instance says of its own load in the field {@code endpoint-load-metrics} of its answers:
 * ORCA (Open Request Cost Aggregation), in the three forms that Envoy takes, {@code TEXT}, {@code
 * JSON} and {@code BIN} (Base64 of {@code xds.data.orca.v3.OrcaLoadReport}); and that last one in
 * {@code endpoint-load-metrics-bin}, too. Immutable.
 *
 * @param figures what it says that can be, and how much that cannot; not changed any more
 */
public record LoadReport(OrcaFigures figures) {
    /** Longer ones are not read. */
    static final int LONGEST = 4096;

    private static final String MAP = "utilization";
    private static final String NAMED_MAP = "named_metrics";

    /** Collects figures of one report; a share that makes no sense makes the report none. */
    private static final class Figures {
        private final OrcaFigures all = new OrcaFigures();
        private boolean any;
        private boolean wrong;

        void take(String spelled, double value) {
            String name = snake(spelled);
            if (OrcaFigures.isName(name)) {
                any |= !name.equals(OrcaFigures.MEMORY);
                wrong |=
                        OrcaFigures.isShare(name)
                                && !(value >= 0 && value <= OrcaFigures.SHARE_MAX);
                all.add(name, value);
            }
        }

        /** JSON's names of fields may be in camel case; those in its maps are as they are. */
        private static String snake(String name) {
            return switch (name) {
                case "cpuUtilization" -> OrcaFigures.CPU;
                case "applicationUtilization" -> OrcaFigures.APPLICATION;
                case "memUtilization" -> OrcaFigures.MEMORY;
                case "rpsFractional" -> OrcaFigures.RPS;
                default -> name;
            };
        }

        Optional<LoadReport> report() {
            boolean says = any && !wrong && !all.isEmpty();
            return says ? Optional.of(new LoadReport(all)) : Optional.empty();
        }
    }

    /**
     * Empty where it says nothing that can be understood.
     *
     * @param binary the value is that of {@code endpoint-load-metrics-bin}
     */
    static Optional<LoadReport> read(String value, boolean binary) {
        if (value.length() > LONGEST) {
            return Optional.empty();
        }
        String form = binary ? "BIN" : value.substring(0, Math.max(0, value.indexOf(' ')));
        String rest = value.substring(binary ? 0 : Math.min(value.length(), form.length() + 1));
        var figures = new Figures();
        try {
            switch (form) {
                case "TEXT" -> text(rest, figures);
                case "JSON" -> json(rest, figures);
                case "BIN" -> binary(Base64.getDecoder().decode(unpadded(rest)), figures);
                default -> {
                    return Optional.empty();
                }
            }
        } catch (IllegalArgumentException | JacksonException | BufferUnderflowException e) {
            return Optional.empty();
        }
        return figures.report();
    }

    /** Senders leave the padding out, or not. */
    private static byte[] unpadded(String base64) {
        return base64.strip().replaceAll("=+$", "").getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void text(String pairs, Figures figures) {
        for (String pair : pairs.split(",", -1)) {
            int at = separator(pair);
            if (at < 0) {
                throw new IllegalArgumentException("no pair");
            }
            figures.take(
                    pair.substring(0, at).strip(),
                    Double.parseDouble(pair.substring(at + 1).strip()));
        }
    }

    /** Both have been in use. */
    private static int separator(String pair) {
        int at = pair.indexOf('=');
        return at >= 0 ? at : pair.lastIndexOf(':');
    }

    private static void json(String text, Figures figures) {
        JsonNode root = JsonMapper.shared().readTree(text);
        root.properties()
                .forEach(one -> {
                    JsonNode value = one.getValue();
                    if (value.isNumber()) {
                        figures.take(one.getKey(), value.asDouble());
                    } else {
                        prefix(one.getKey())
                                .ifPresent(prefix ->
                                        value.properties()
                                                .forEach(named ->
                                                        figures.take(
                                                                prefix + named.getKey(),
                                                                named.getValue().asDouble(-1))));
                    }
                });
    }

    private static Optional<String> prefix(String map) {
        return switch (map) {
            case MAP -> Optional.of(OrcaFigures.UTILIZATION);
            case NAMED_MAP, "namedMetrics" -> Optional.of(OrcaFigures.NAMED);
            default -> Optional.empty();
        };
    }

    // ---- The message OrcaLoadReport, as far as it is of use

    private static final int CPU = 1;
    private static final int MEMORY = 2;
    private static final int UTILIZATION = 5;
    private static final int RPS = 6;
    private static final int EPS = 7;
    private static final int NAMED = 8;
    private static final int APPLICATION = 9;

    private static void binary(byte[] message, Figures figures) {
        ByteBuffer in = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
        while (in.hasRemaining()) {
            int tag = (int) varint(in);
            int field = tag >>> 3;
            switch (tag & 7) {
                case 0 -> varint(in);
                case 1 -> number(field, in.getDouble(), figures);
                case 2 -> {
                    int length = (int) varint(in);
                    if (length < 0 || length > in.remaining()) {
                        throw new IllegalArgumentException("longer than it is");
                    }
                    ByteBuffer inner = in.slice(in.position(), length);
                    if (field == UTILIZATION) {
                        entry(inner, OrcaFigures.UTILIZATION, figures);
                    } else if (field == NAMED) {
                        entry(inner, OrcaFigures.NAMED, figures);
                    }
                    in.position(in.position() + length);
                }
                case 5 -> in.getInt();
                default -> throw new IllegalArgumentException("no message");
            }
        }
    }

    private static void number(int field, double value, Figures figures) {
        switch (field) {
            case CPU -> figures.take(OrcaFigures.CPU, value);
            case MEMORY -> figures.take(OrcaFigures.MEMORY, value);
            case RPS -> figures.take(OrcaFigures.RPS, value);
            case EPS -> figures.take(OrcaFigures.EPS, value);
            case APPLICATION -> figures.take(OrcaFigures.APPLICATION, value);
            default -> {}
        }
    }

    /** An entry of a map of numbers; one without a number is 0. */
    private static void entry(ByteBuffer in, String prefix, Figures figures) {
        in.order(ByteOrder.LITTLE_ENDIAN);
        String name = "";
        double value = 0;
        while (in.hasRemaining()) {
            int tag = (int) varint(in);
            if ((tag & 7) == 2) {
                int length = (int) varint(in);
                if (length < 0 || length > in.remaining()) {
                    throw new IllegalArgumentException("longer than it is");
                }
                byte[] key = new byte[length];
                in.get(key);
                name = new String(key, StandardCharsets.UTF_8);
            } else if ((tag & 7) == 1) {
                value = in.getDouble();
            } else {
                throw new IllegalArgumentException("no entry");
            }
        }
        figures.take(prefix + name, value);
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte part = in.get();
            value |= (long) (part & 0x7f) << shift;
            if (part >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("no number");
    }
}
