package dev.ebb.demo.view;

import dev.ebb.core.Health;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Lifecycle;
import dev.ebb.demo.load.LoadCounts;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Everything that a view shows at one moment. Immutable.
 *
 * @param at since the beginning
 * @param length how long it is meant to take
 * @param headline what is going on, in a few words
 * @param rows one for each instance that exists or did, the oldest first
 * @param happenings the newest last
 */
public record Scene(
        Duration at,
        Duration length,
        String headline,
        Load load,
        List<Row> rows,
        List<Happening> happenings,
        Ledger ledger) {
    public Scene {
        rows = List.copyOf(rows);
        happenings = List.copyOf(happenings);
    }

    /**
     * The load, up to now.
     *
     * @param perSecond requests due in a second at present
     * @param p99Millis over the last moments
     * @param rates requests per second in the past, at even distances, the newest last
     * @param latencies the 99th percentile in milliseconds at the same times
     */
    public record Load(
            LoadCounts counts,
            double perSecond,
            double p99Millis,
            List<Double> rates,
            List<Double> latencies) {
        public Load {
            rates = List.copyOf(rates);
            latencies = List.copyOf(latencies);
        }
    }

    /**
     * One instance.
     *
     * @param utilization of its binding resource, 0 to 1 and above; empty when not known
     * @param share of the requests that it answers, 0 to 1
     */
    public record Row(
            InstanceId id,
            Lifecycle lifecycle,
            Health health,
            OptionalDouble utilization,
            int inFlight,
            double requestsPerSecond,
            double share) {}

    /** Something that happened, in plain words. */
    public record Happening(Duration at, Tone tone, String text) {}

    /** What kind of thing it is, for its colour. */
    public enum Tone {
        /** The demo itself says so: load falls, load returns, an instance is killed. */
        STORY,
        /** Capacity comes, or comes back. */
        MORE,
        /** Capacity goes. */
        LESS,
        /** Something failed. */
        FAULT
    }

    /**
     * What it comes to.
     *
     * @param usedSeconds instance-seconds used
     * @param fixedSeconds instance-seconds that a fixed fleet would have used
     * @param retried requests sent to another instance because of scaling
     * @param cut requests cut at a drain deadline
     * @param lost requests lost to scaling
     */
    public record Ledger(
            double usedSeconds, double fixedSeconds, long retried, long cut, long lost) {
        public double savedPercent() {
            return fixedSeconds <= 0 ? 0 : 100 * (1 - usedSeconds / fixedSeconds);
        }
    }
}
