package dev.ebb.platform.kubernetes;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the metrics API about one namespace after the other, evenly. One question at a time. */
final class Questions {
    private static final Logger LOG = LoggerFactory.getLogger(Questions.class);
    private static final Duration IDLE = Duration.ofMillis(250);

    /** However many namespaces there are. */
    private static final Duration BETWEEN = Duration.ofMillis(50);

    private final ScheduledExecutorService timers;
    private final PodUsage usage;
    private final Supplier<Set<String>> namespaces;
    private final Duration every;
    private int last;

    /**
     * @param namespaces to be asked about now; the others are forgotten
     * @param every between two questions about the same
     */
    Questions(
            ScheduledExecutorService timers,
            PodUsage usage,
            Supplier<Set<String>> namespaces,
            Duration every) {
        this.timers = timers;
        this.usage = usage;
        this.namespaces = namespaces;
        this.every = every;
    }

    void begin() {
        timers.execute(this::next);
    }

    private void next() {
        long began = System.nanoTime();
        List<String> asked = namespaces.get().stream().sorted().toList();
        try {
            usage.retain(Set.copyOf(asked));
            if (!asked.isEmpty()) {
                last = (last + 1) % asked.size();
                usage.ask(asked.get(last));
            }
        } catch (RuntimeException e) {
            LOG.error("figures of pods cannot be asked for", e);
        }
        long took = System.nanoTime() - began;
        var _ =
                timers.schedule(
                        this::next, pause(asked.size()).toNanos() - took, TimeUnit.NANOSECONDS);
    }

    private Duration pause(int count) {
        if (count == 0) {
            return IDLE;
        }
        Duration even = every.dividedBy(count);
        return even.compareTo(BETWEEN) > 0 ? even : BETWEEN;
    }
}
