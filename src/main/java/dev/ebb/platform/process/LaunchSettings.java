package dev.ebb.platform.process;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How instances of one service are started. In {@code command}, {@code directory} and the values of
 * {@code environment}, {@code ${port}}, {@code ${host}}, {@code ${instance}} and {@code ${service}}
 * are filled in; any other {@code ${...}} stays as it is, for the command to use. Immutable.
 *
 * @param command program and arguments; no shell in between. A program without a slash is looked
 *     for in the instance's PATH, one with a slash is relative to {@code directory}
 * @param directory where it runs
 * @param environment added to what is inherited, see {@link ChildEnvironment}
 * @param host the address on which the instance is told to listen
 * @param ports where to choose ports from; empty: see {@link FreePorts}
 */
public record LaunchSettings(
        List<String> command,
        Path directory,
        Map<String, String> environment,
        String host,
        Optional<PortRange> ports,
        LogLimits logs) {

    public static final String LOOPBACK = "127.0.0.1";
    private static final int RECIPE_BYTES = 8;

    public LaunchSettings {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
        if (command.isEmpty() || command.getFirst().isBlank()) {
            throw new IllegalArgumentException("a command needs a program");
        }
    }

    /** A command with everything else as it is by default. */
    public static LaunchSettings of(List<String> command, Path directory) {
        return new LaunchSettings(
                command, directory, Map.of(), LOOPBACK, Optional.empty(), LogLimits.DEFAULT);
    }

    /** Differs where the command, its directory, its environment or its address does. */
    String recipe() {
        String all = command + "\n" + directory + "\n" + new TreeMap<>(environment) + "\n" + host;
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] hash = digest.digest(all.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, RECIPE_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Ports from {@code low} to {@code high}, both included. */
    public record PortRange(int low, int high) {
        public PortRange {
            if (low < 1 || high < low || high > 65_535) {
                throw new IllegalArgumentException(
                        "1 <= low <= high <= 65535: " + low + ", " + high);
            }
        }
    }

    /**
     * @param bytesMax size at which an instance's output is rotated
     * @param rotatedMax older files kept per instance, beside the one being written
     * @param goneMax instances per service whose output is kept after they are gone
     */
    public record LogLimits(long bytesMax, int rotatedMax, int goneMax) {
        public static final LogLimits DEFAULT = new LogLimits(10L << 20, 2, 20);

        public LogLimits {
            if (bytesMax < 1 || rotatedMax < 1 || goneMax < 0) {
                throw new IllegalArgumentException("log limits are above 0");
            }
        }
    }
}
