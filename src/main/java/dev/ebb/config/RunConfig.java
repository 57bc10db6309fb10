package dev.ebb.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * How an instance is started. Placeholders are still in {@code command} and {@code environment}.
 *
 * @param command program and arguments; no shell is involved
 * @param directory absolute; where the instance starts
 * @param environment added to what Ebb's own environment has
 * @param ports instances are given free ports of these
 */
public record RunConfig(
        List<String> command, Path directory, Map<String, String> environment, Ports ports) {
    public RunConfig {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }

    /** First and last port, both included. */
    public record Ports(int first, int last) {
        public int count() {
            return last - first + 1;
        }

        @Override
        public String toString() {
            return first + "-" + last;
        }
    }
}
