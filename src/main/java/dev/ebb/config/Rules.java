package dev.ebb.config;

import java.time.Duration;

/** Rules between the keys of one mapping. */
final class Rules {
    private Rules() {}

    /** An error at whichever of the two was written, unless one of them is wrong anyway. */
    static void atMost(Values v, Key<Duration> less, Key<Duration> more, Problems problems) {
        if (!v.sound(less, more) || v.of(less).compareTo(v.of(more)) <= 0) {
            return;
        }
        Key<Duration> written = v.given(less).isPresent() ? less : more;
        problems.error(
                v.place(written),
                "'%s' (%s) is longer than '%s' (%s%s); make it at most that"
                        .formatted(
                                less.name(),
                                Kinds.showDuration(v.of(less)),
                                more.name(),
                                Kinds.showDuration(v.of(more)),
                                v.given(more).isPresent() ? "" : " by default"));
    }
}
