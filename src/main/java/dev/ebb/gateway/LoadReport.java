package dev.ebb.gateway;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.OptionalDouble;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What an instance says of its own load in the field {@code endpoint-load-metrics} of its answers:
 * ORCA (Open Request Cost Aggregation), in the three forms that Envoy takes, {@code TEXT}, {@code
 * JSON} and {@code BIN} (Base64 of {@code xds.data.orca.v3.OrcaLoadReport}); and that last one in
 * {@code endpoint-load-metrics-bin}, too. Immutable.
 *
 * @param utilization of the resource that binds most: what the application says of itself, else of
 *     its CPU, or any of the map {@code utilization}, if that is more; 0 and above
 * @param memory share of its memory in use; empty when it does not say
 */
public record LoadReport(double utilization, OptionalDouble memory) {
    /** Longer ones are not read. */
    static final int LONGEST = 4096;

    /** A process that says that it does a hundred times what it can is not believed. */
    private static final double MOST = 100;

    private static final String NAMED = "utilization.";

    /** Collects figures of one report; one that makes no sense makes the report none. */
    private static final class Figures {
        private double cpu;
        private double application;
        private double most;
        private boolean any;
        private boolean wrong;
        private OptionalDouble memory = OptionalDouble.empty();

        void take(String name, double value) {
            boolean mine = true;
            switch (name) {
                case "cpu_utilization", "cpuUtilization" -> cpu = value;
                case "application_utilization", "applicationUtilization" -> application = value;
                case "mem_utilization", "memUtilization" -> memory = OptionalDouble.of(value);
                default -> {
                    mine = name.startsWith(NAMED);
                    most = mine ? Math.max(most, value) : most;
                }
            }
            if (mine) {
                any |= !name.startsWith("mem");
                wrong |= !(value >= 0 && value <= MOST);
            }
        }

        Optional<LoadReport> report() {
            double own = application > 0 ? application : cpu;
            return any && !wrong
                    ? Optional.of(new LoadReport(Math.max(own, most), memory))
                    : Optional.empty();
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
                    } else if (one.getKey().equals("utilization")) {
                        value.properties()
                                .forEach(named ->
                                        figures.take(
                                                NAMED + named.getKey(),
                                                named.getValue().asDouble(-1)));
                    }
                });
    }

    // ---- The message OrcaLoadReport, as far as it is of use

    private static final int CPU = 1;
    private static final int MEMORY = 2;
    private static final int UTILIZATION = 5;
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
                    if (field == UTILIZATION) {
                        figures.take(NAMED, entry(in.slice(in.position(), length)));
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
            case CPU -> figures.take("cpu_utilization", value);
            case MEMORY -> figures.take("mem_utilization", value);
            case APPLICATION -> figures.take("application_utilization", value);
            default -> {}
        }
    }

    /** The value of an entry of a map of numbers; one without is 0. */
    private static double entry(ByteBuffer in) {
        in.order(ByteOrder.LITTLE_ENDIAN);
        double value = 0;
        while (in.hasRemaining()) {
            int tag = (int) varint(in);
            if ((tag & 7) == 2) {
                int length = (int) varint(in);
                if (length < 0 || length > in.remaining()) {
                    throw new IllegalArgumentException("longer than it is");
                }
                in.position(in.position() + length);
            } else if ((tag & 7) == 1) {
                value = in.getDouble();
            } else {
                throw new IllegalArgumentException("no entry");
            }
        }
        return value;
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
