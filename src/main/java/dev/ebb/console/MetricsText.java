package dev.ebb.console;

import java.math.BigDecimal;

/**
 * Writes Prometheus' text format 0.0.4. A family is begun once, and its samples follow it. For one
 * thread.
 */
final class MetricsText {
    private final StringBuilder out = new StringBuilder(16 * 1024);
    private String family = "";

    MetricsText gauge(String name, String help) {
        return begin(name, "gauge", help);
    }

    /** The name ends in {@code _total}. */
    MetricsText counter(String name, String help) {
        return begin(name, "counter", help);
    }

    MetricsText histogram(String name, String help) {
        return begin(name, "histogram", help);
    }

    private MetricsText begin(String name, String type, String help) {
        family = name;
        out.append("# HELP ").append(name).append(' ').append(help).append('\n');
        out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
        return this;
    }

    /**
     * @param labels names and values in turn
     */
    void sample(double value, String... labels) {
        suffixed("", value, labels);
    }

    void sample(long value, String... labels) {
        suffixed("", Long.toString(value), labels);
    }

    void suffixed(String suffix, double value, String... labels) {
        suffixed(suffix, number(value), labels);
    }

    void suffixed(String suffix, long value, String... labels) {
        suffixed(suffix, Long.toString(value), labels);
    }

    private void suffixed(String suffix, String value, String[] labels) {
        out.append(family).append(suffix);
        if (labels.length > 0) {
            out.append('{');
            for (int i = 0; i < labels.length; i += 2) {
                out.append(i > 0 ? "," : "").append(labels[i]).append("=\"");
                escape(labels[i + 1]);
                out.append('"');
            }
            out.append('}');
        }
        out.append(' ').append(value).append('\n');
    }

    private void escape(String value) {
        for (int i = 0; i < value.length(); i++) {
            switch (value.charAt(i)) {
                case '\\' -> out.append("\\\\");
                case '"' -> out.append("\\\"");
                case '\n' -> out.append("\\n");
                default -> out.append(value.charAt(i));
            }
        }
    }

    static String number(double value) {
        if (value == Double.POSITIVE_INFINITY) {
            return "+Inf";
        }
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : BigDecimal.valueOf(value).toPlainString();
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
