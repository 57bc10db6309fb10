package dev.ebb.control;

import dev.ebb.control.EndpointSink.Told;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;

/**
 * The figures of one report in which an instance says how busy it is, by the names that ORCA has
 * for them and load reports, too: {@code cpu_utilization}, {@code mem_utilization}, {@code
 * application_utilization}, {@code rps_fractional}, {@code eps}, {@code named_metrics.NAME} and
 * {@code utilization.NAME}. What it cannot be, and more than it holds, is ignored and counted. Not
 * safe for use by several threads.
 */
public final class OrcaFigures {
    public static final String CPU = "cpu_utilization";
    public static final String MEMORY = "mem_utilization";
    public static final String APPLICATION = "application_utilization";
    public static final String RPS = "rps_fractional";
    public static final String EPS = "eps";
    public static final String NAMED = "named_metrics.";
    public static final String UTILIZATION = "utilization.";

    /** So many of one instance, and no more. */
    public static final int MOST = 32;

    /** Characters of a name with what it begins with. */
    public static final int NAME_MAX = 100;

    /** A process that says that it does a hundred times what it can is not believed. */
    public static final double SHARE_MAX = 100;

    private static final double VALUE_MAX = 1e15;
    private static final Set<String> PLAIN = Set.of(CPU, MEMORY, APPLICATION, RPS, EPS);

    private final Map<String, Double> values = new TreeMap<>();
    private int ignored;

    /** Whether a figure can have this name. */
    public static boolean isName(String name) {
        boolean inMap =
                (name.startsWith(NAMED) && name.length() > NAMED.length())
                        || (name.startsWith(UTILIZATION) && name.length() > UTILIZATION.length());
        return PLAIN.contains(name) || (inMap && name.length() <= NAME_MAX);
    }

    /** Whether it is a share of what an instance can do, 0 to 1 and above. */
    public static boolean isShare(String name) {
        return (name.endsWith("_utilization") && PLAIN.contains(name))
                || name.startsWith(UTILIZATION);
    }

    /** Takes one in, unless it cannot be. */
    public void add(String name, double value) {
        boolean can =
                isName(name)
                        && value >= 0
                        && value <= (isShare(name) ? SHARE_MAX : VALUE_MAX)
                        && (values.containsKey(name) || values.size() < MOST);
        if (can) {
            values.put(name, value);
        } else {
            ignored++;
        }
    }

    /** How many were not taken in. */
    public int ignored() {
        return ignored;
    }

    public boolean isEmpty() {
        return values.isEmpty();
    }

    public Map<String, Double> values() {
        return Map.copyOf(values);
    }

    /**
     * What counts of them. The utilization is that of what binds most: what the application says,
     * else of the CPU, or any that has a name, if that is more; without any of them 0, which raises
     * nothing. Memory that is 0 is as good as not said.
     *
     * @param atNanos when they were said (monotonic)
     */
    public Told told(long atNanos) {
        double application = values.getOrDefault(APPLICATION, 0.0);
        double own = application > 0 ? application : values.getOrDefault(CPU, 0.0);
        double named =
                values.entrySet().stream()
                        .filter(e -> e.getKey().startsWith(UTILIZATION))
                        .mapToDouble(Map.Entry::getValue)
                        .max()
                        .orElse(0);
        double memory = values.getOrDefault(MEMORY, 0.0);
        return new Told(
                Math.max(own, named),
                memory > 0 ? OptionalDouble.of(memory) : OptionalDouble.empty(),
                values,
                atNanos);
    }
}
