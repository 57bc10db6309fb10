package dev.ebb.console;

import java.time.Duration;
import java.util.Optional;

/**
 * What is asked of a running Ebb that is to make way for another.
 *
 * @param program the new one, an absolute path
 * @param file another configuration than the present one, an absolute path
 * @param step how long each step may take
 */
public record UpgradeOrder(String program, Optional<String> file, Duration step) {}
