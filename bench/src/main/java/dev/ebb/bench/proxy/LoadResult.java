package dev.ebb.bench.proxy;

import java.util.Locale;
import org.HdrHistogram.Histogram;

/**
 * What came of a run: of the requests that were due in its measured part, how many were answered
 * with 200, how many failed in any way, and how long they took, in nanoseconds from when each was
 * due. {@code reopened} connections were closed by the proxy.
 */
record LoadResult(long due, long answered, long failed, int reopened, Histogram nanos) {

    String json() {
        return String.format(
                Locale.ROOT,
                "{\"due\": %d, \"answered\": %d, \"errors\": %d, \"reopened\": %d,"
                        + " \"p50_ms\": %.3f, \"p99_ms\": %.3f, \"p999_ms\": %.3f}",
                due,
                answered,
                failed,
                reopened,
                millis(50),
                millis(99),
                millis(99.9));
    }

    private double millis(double percent) {
        return nanos.getValueAtPercentile(percent) / 1e6;
    }
}
