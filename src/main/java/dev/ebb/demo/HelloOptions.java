package dev.ebb.demo;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * How one hello instance behaves; from the command line, then the environment, then the defaults.
 *
 * @param host where it listens
 * @param port where it listens; 0 for any free one
 * @param name what it calls itself in its answers
 * @param cpuMicros CPU time that each request uses
 * @param waitMillis how long each request waits besides, as for a database
 * @param warmRequests requests that it sends itself before it says that it is healthy
 * @param parentPid process with which it ends, should it be left behind; 0 for none
 */
record HelloOptions(
        String host,
        int port,
        String name,
        long cpuMicros,
        long waitMillis,
        int warmRequests,
        long parentPid) {

    static final String USAGE =
            "usage: HelloService --port N [--host ADDRESS] [--name TEXT] [--cpu-ms X] [--wait-ms N]"
                    + " [--warm-requests N]";

    private static final Set<String> KNOWN =
            Set.of("port", "host", "name", "cpu-ms", "wait-ms", "warm-requests");

    /**
     * @throws IllegalArgumentException with a sentence for people when an argument is wrong
     */
    static HelloOptions parse(String[] args, Map<String, String> environment) {
        var given = new TreeMap<String, String>();
        for (int i = 0; i < args.length; i += 2) {
            String name = args[i].startsWith("--") ? args[i].substring(2) : "";
            if (!KNOWN.contains(name)) {
                throw new IllegalArgumentException("unknown option " + args[i]);
            }
            if (i + 1 == args.length) {
                throw new IllegalArgumentException(args[i] + " needs a value");
            }
            given.put(name, args[i + 1]);
        }
        String port = given.getOrDefault("port", environment.getOrDefault("PORT", ""));
        if (port.isEmpty()) {
            throw new IllegalArgumentException("no port: give --port or the variable PORT");
        }
        return new HelloOptions(
                given.getOrDefault("host", "127.0.0.1"),
                (int) number("port", port, 65_535),
                given.getOrDefault("name", environment.getOrDefault("EBB_INSTANCE", "hello")),
                (long) (number("cpu-ms", given.getOrDefault("cpu-ms", "1.5"), 60_000) * 1_000),
                (long) number("wait-ms", given.getOrDefault("wait-ms", "0"), 600_000),
                (int) number("warm-requests", given.getOrDefault("warm-requests", "40"), 100_000),
                (long)
                        number(
                                HelloService.PARENT,
                                environment.getOrDefault(HelloService.PARENT, "0"),
                                Integer.MAX_VALUE));
    }

    static double number(String name, String text, double most) {
        double value;
        try {
            value = Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + " is no number: " + text, e);
        }
        if (!(value >= 0 && value <= most)) {
            throw new IllegalArgumentException(
                    name + " is from 0 to " + (long) most + ", not " + text);
        }
        return value;
    }
}
