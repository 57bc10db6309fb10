package dev.ebb.core;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/**
 * What losing an instance would cost, part by part, each already weighted. What must move (requests
 * in flight, long streams, sessions, requests with keys) and what it knows (warmth, its share of
 * the load) makes it dear; being slower than the others, or of an older configuration, makes it
 * cheap. Pure.
 *
 * @param of the instance
 * @param warmth 0 to 1, before its weight
 * @param moves share of the service's keyed requests that are placed at it, before its weight
 */
record LosingCost(
        Assessed of,
        double warmth,
        double moves,
        double inFlightPart,
        double streamsPart,
        double warmthPart,
        double utilizationPart,
        double slownessPart,
        double outdatedPart,
        double sessionsPart,
        double movementPart,
        double zonePart) {
    /** Age at which an instance is half as warm as it gets. */
    private static final double WARM_AFTER_NANOS = 600e9;

    /** Beginning of the names of the parts in a reason's numbers. */
    private static final String PART = "cost_";

    private static final List<String> PARTS =
            List.of(
                    "in_flight",
                    "streams",
                    "warmth",
                    "utilization",
                    "slowness",
                    "outdated",
                    "sessions",
                    "movement",
                    "zone");

    /** Named once: every candidate of every tick has them all. */
    private static final List<String> NUMBERS = PARTS.stream().map(PART::concat).toList();

    private static final List<String> WORDS =
            PARTS.stream().map(name -> name.replace('_', ' ') + " ").toList();

    private static final int FIGURES = 8;

    /**
     * @param meanLatency of the service's instances, in nanoseconds; 0 when unknown
     * @param moves share of the service's requests with keys that are placed at it, and so would
     *     move, 0 to 1
     */
    static LosingCost of(
            Assessed one, Policy.Cost weights, double meanLatency, double moves, Now now) {
        double age = now.nanosSince(one.instance().bornNanos());
        double warmth = age / (age + WARM_AFTER_NANOS);
        double latency = one.stable().latencyMeanNanos();
        double slower = meanLatency > 0 ? Math.clamp(latency / meanLatency - 1, 0.0, 1.0) : 0;
        return new LosingCost(
                one,
                warmth,
                moves,
                weights.inFlight() * one.stable().inFlight(),
                weights.stream() * streams(one),
                weights.warmth() * warmth,
                weights.utilization() * one.stable().binding(),
                -weights.slowness() * slower,
                one.outdated() ? -weights.outdated() : 0,
                weights.session().orElse(Policy.Cost.SESSION) * sessions(one),
                weights.movement().orElse(Policy.Cost.MOVEMENT) * moves,
                0);
    }

    /** With the part that follows from where the others are. */
    LosingCost inZone(double part) {
        return new LosingCost(
                of,
                warmth,
                moves,
                inFlightPart,
                streamsPart,
                warmthPart,
                utilizationPart,
                slownessPart,
                outdatedPart,
                sessionsPart,
                movementPart,
                part);
    }

    private static int streams(Assessed one) {
        return one.instance().traffic().isEmpty() ? 0 : one.instance().traffic().latest().streams();
    }

    private static int sessions(Assessed one) {
        return one.instance().sessions();
    }

    double total() {
        return inFlightPart
                + streamsPart
                + warmthPart
                + utilizationPart
                + slownessPart
                + outdatedPart
                + sessionsPart
                + movementPart
                + zonePart;
    }

    /** In the order of {@link #PARTS}. */
    private double[] parts() {
        return new double[] {
            inFlightPart,
            streamsPart,
            warmthPart,
            utilizationPart,
            slownessPart,
            outdatedPart,
            sessionsPart,
            movementPart,
            zonePart
        };
    }

    Ranked ranked() {
        double utilization = of.stable().binding();
        double inFlight = of.stable().inFlight();
        double latency = of.stable().latencyMeanNanos();
        Map<String, Double> numbers = HashMap.newHashMap(FIGURES + PARTS.size());
        numbers.put("utilization", utilization);
        numbers.put("in_flight", inFlight);
        numbers.put("streams", (double) streams(of));
        numbers.put("warmth", warmth);
        numbers.put("latency_ms", latency / 1e6);
        numbers.put("sessions", (double) sessions(of));
        numbers.put("moves", moves);
        numbers.put("cost", total());
        double[] parts = parts();
        for (int i = 0; i < parts.length; i++) {
            numbers.put(NUMBERS.get(i), parts[i]);
        }
        String text =
                Text.percent(utilization)
                        + " used, "
                        + Text.number(inFlight)
                        + " in flight, "
                        + streams(of)
                        + " streams"
                        + ties()
                        + ", mean latency "
                        + Text.millis(latency)
                        + (of.outdated() ? ", of an older configuration" : "")
                        + of.zone().map(z -> ", in zone " + z).orElse("")
                        + ": cost "
                        + Text.number(total())
                        + sum(parts);
        return new Ranked(
                of.instance().id(), utilization, total(), new Reason("rank", text, numbers));
    }

    private String ties() {
        int sessions = sessions(of);
        String bound = sessions == 0 ? "" : ", %d sessions".formatted(sessions);
        return moves == 0
                ? bound
                : bound + ", %s of the requests with keys".formatted(Text.percent(moves));
    }

    /** The parts that say something, as a sum in brackets. */
    private static String sum(double[] parts) {
        StringJoiner sum = new StringJoiner(", ", " (", ")").setEmptyValue("");
        for (int i = 0; i < parts.length; i++) {
            if (Math.abs(parts[i]) >= 0.05) {
                sum.add(WORDS.get(i) + Text.tenths(parts[i]));
            }
        }
        return sum.toString();
    }

    /** What makes a runner-up dearer than the one that was chosen, most of all. */
    static String difference(Ranked chosen, Ranked next) {
        String most = "";
        double more = 0;
        for (String name : next.reason().numbers().keySet().stream().sorted().toList()) {
            double cost = next.reason().numbers().getOrDefault(name, 0.0);
            double gap = cost - chosen.reason().numbers().getOrDefault(name, 0.0);
            if (name.startsWith(PART) && gap > more) {
                most = name.substring(PART.length()).replace('_', ' ');
                more = gap;
            }
        }
        String figure = Text.tenths(more);
        return more < 0.05 ? "" : ", for its %s (%s more)".formatted(most, figure);
    }
}
