package dev.ebb.demo.load;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * Counts what becomes of requests. Written by many threads; {@link #counts} may be read by any,
 * {@link #p99MillisSinceLast} by one.
 */
final class LoadTally {
    private static final long LONGEST_MICROS = TimeUnit.MINUTES.toMicros(2);

    private final LongAdder sent = new LongAdder();
    private final Map<Outcome, LongAdder> outcomes = new ConcurrentHashMap<>();
    private final ConcurrentHistogram all = new ConcurrentHistogram(LONGEST_MICROS, 3);
    private final Recorder recent = new Recorder(LONGEST_MICROS, 2);
    private Histogram recycled = recent.getIntervalHistogram();

    void due() {
        sent.increment();
    }

    void ended(Outcome outcome, long latencyNanos) {
        // An early refusal is no short latency, so it would only make the figures look better.
        if (outcome.kind() != Outcome.Kind.FAILED
                || outcome.equals(Outcome.TIMEOUT)
                || outcome.equals(Outcome.CLIENT_OVERLOAD)) {
            long micros = Math.clamp(latencyNanos / 1_000, 0, LONGEST_MICROS);
            all.recordValue(micros);
            recent.recordValue(micros);
        }
        outcomes.computeIfAbsent(outcome, o -> new LongAdder()).increment();
    }

    LoadCounts counts() {
        long answered = 0;
        long failed = 0;
        long truncated = 0;
        var causes = new TreeMap<String, Long>();
        for (var entry : outcomes.entrySet()) {
            long count = entry.getValue().sum();
            switch (entry.getKey().kind()) {
                case ANSWERED -> answered += count;
                case TRUNCATED -> truncated += count;
                case FAILED -> {
                    failed += count;
                    causes.merge(entry.getKey().cause(), count, Long::sum);
                }
            }
        }
        // Read last, so that nothing has ended that was not yet sent.
        long due = sent.sum();
        return new LoadCounts(
                due,
                answered,
                failed,
                truncated,
                causes,
                all.getValueAtPercentile(50) / 1e3,
                all.getValueAtPercentile(99) / 1e3,
                all.getMaxValue() / 1e3);
    }

    double percentileMillis(double percent) {
        return all.getValueAtPercentile(percent) / 1e3;
    }

    /** The 99th percentile in milliseconds since this was last asked; 0 when nothing ended. */
    double p99MillisSinceLast() {
        recycled = recent.getIntervalHistogram(recycled);
        return recycled.getTotalCount() == 0 ? 0 : recycled.getValueAtPercentile(99) / 1e3;
    }
}
