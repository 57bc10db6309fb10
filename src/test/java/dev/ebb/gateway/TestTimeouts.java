package dev.ebb.gateway;

import java.time.Duration;

/** Timeouts short enough to wait for. */
final class TestTimeouts {
    private TestTimeouts() {}

    /** All the same, apart from those that are about connections to instances. */
    static Timeouts of(Duration all) {
        return new Timeouts(
                all,
                all,
                all,
                Duration.ofSeconds(1),
                all,
                all,
                all,
                all,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ofSeconds(4),
                all);
    }
}
