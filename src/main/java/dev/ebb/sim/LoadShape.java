package dev.ebb.sim;

import java.util.List;

/** Requests per second over time. Pure; a shape's parts are seconds and requests per second. */
sealed interface LoadShape {

    double at(double seconds);

    /** Between two samples in seconds: of what is shorter, a few requests may come unseen. */
    double SAMPLE_SECONDS = 0.1;

    /** The highest rate in a span of time, sampled. */
    default double highest(double fromSeconds, double toSeconds) {
        double highest = at(fromSeconds);
        for (double s = fromSeconds; s < toSeconds; s += SAMPLE_SECONDS) {
            highest = Math.max(highest, at(s));
        }
        return Math.max(highest, at(toSeconds));
    }

    /** The lowest rate in a span of time, sampled. */
    default double lowest(double fromSeconds, double toSeconds) {
        double lowest = at(fromSeconds);
        for (double s = fromSeconds; s < toSeconds; s += SAMPLE_SECONDS) {
            lowest = Math.min(lowest, at(s));
        }
        return Math.min(lowest, at(toSeconds));
    }

    record Constant(double rate) implements LoadShape {
        @Override
        public double at(double seconds) {
            return rate;
        }
    }

    /** From a moment on, this many requests per second. */
    record Level(double fromSeconds, double rate) {}

    /** A new level at each of some moments; the first begins at 0. */
    record Steps(List<Level> levels) implements LoadShape {
        public Steps {
            levels = List.copyOf(levels);
        }

        @Override
        public double at(double seconds) {
            double rate = levels.getFirst().rate();
            for (Level level : levels) {
                if (level.fromSeconds() <= seconds) {
                    rate = level.rate();
                }
            }
            return rate;
        }
    }

    /** From one level to another in a straight line. */
    record Ramp(double fromSeconds, double toSeconds, double from, double to) implements LoadShape {
        @Override
        public double at(double seconds) {
            double share = (seconds - fromSeconds) / (toSeconds - fromSeconds);
            return from + (to - from) * Math.clamp(share, 0, 1);
        }
    }

    record Sine(double mean, double swing, double periodSeconds) implements LoadShape {
        @Override
        public double at(double seconds) {
            double wave = Math.sin(2 * Math.PI * seconds / periodSeconds);
            return Math.max(0, mean + swing * wave);
        }
    }

    /** A crowd that comes within seconds and leaves slowly; below 1, a trough. */
    record Crowd(LoadShape base, double atSeconds, double lastsSeconds, double factor)
            implements LoadShape {
        @Override
        public double at(double seconds) {
            double into = seconds - atSeconds;
            double share = into < 0 || into > lastsSeconds ? 0 : Math.min(1, into / 3);
            return base.at(seconds) * (1 + (factor - 1) * share);
        }
    }

    /** No requests at all for a while. */
    record Silence(LoadShape base, double atSeconds, double lastsSeconds) implements LoadShape {
        @Override
        public double at(double seconds) {
            boolean silent = seconds >= atSeconds && seconds < atSeconds + lastsSeconds;
            return silent ? 0 : base.at(seconds);
        }
    }

    /** Unsteady from second to second, by up to {@code share}; the same for the same salt. */
    record Noise(LoadShape base, double share, long salt) implements LoadShape {
        @Override
        public double at(double seconds) {
            long mixed = ((long) seconds + salt) * 0x9E3779B97F4A7C15L;
            mixed ^= mixed >>> 32;
            mixed *= 0xD6E8FEB86659FD93L;
            double unit = (mixed >>> 11) * 0x1.0p-53;
            return base.at(seconds) * (1 + share * (2 * unit - 1));
        }
    }
}
