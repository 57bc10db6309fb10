package dev.ebb.beside;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The course of the load: the same for all lanes at the same time. It falls; once each lane has
 * scaled in, it returns. In an interrupted cycle each lane's returns as soon as Ebb has a pod on
 * trial there.
 */
final class Course {
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final Duration LOOK = Duration.ofMillis(20);
    private static final double HOLD_SECONDS = 8;

    private final List<Lane> lanes;
    private final int least;

    /**
     * @param least pods that each lane has left once it has scaled in
     */
    Course(List<Lane> lanes, int least) {
        this.lanes = List.copyOf(lanes);
        this.least = least;
    }

    void begin() {
        rate(Load.MUCH);
        all(Lane::allServe);
        hold(2 * HOLD_SECONDS, Load.MUCH);
    }

    /** The load returns when every lane has scaled in. */
    void whole() {
        whole(HOLD_SECONDS);
    }

    /**
     * The same.
     *
     * @param holdSeconds for how long the load stays when all serve again
     */
    void whole(double holdSeconds) {
        lanes.forEach(Lane::beginCycle);
        rate(Load.LITTLE);
        all(lane -> lane.serveWith(least)).forEach((lane, seconds) -> lane.scaledIn.add(seconds));
        hold(2, Load.LITTLE);
        lanes.forEach(Lane::countRemoved);
        forgetLatencies();
        rate(Load.MUCH);
        all(Lane::allServe).forEach((lane, seconds) -> lane.recovered.add(seconds));
        hold(holdSeconds, Load.MUCH);
        lanes.forEach(lane -> lane.p99AfterReturn.add(lane.load.p99MillisSinceLast()));
    }

    /**
     * The load returns in the middle of a trial of Ebb's: for each of its lanes as soon as that one
     * has a pod on trial, and not when all have, since the first trial may have ended by then. For
     * the lane of nobody's trial it returns with the last of them.
     */
    void interrupted() throws IOException {
        lanes.forEach(Lane::beginCycle);
        forgetLatencies();
        rate(Load.LITTLE);
        Map<Lane, NeedWatch> watches = returnOnTrial();
        hold(HOLD_SECONDS, Load.MUCH);
        watches.forEach((lane, watch) -> {
            watch.close();
            watch.ticks().ifPresent(lane.needToRescue::add);
            if (lane.hasRescued()) {
                lane.rescuedForTheNeed++;
            }
        });
        for (Lane lane : lanes) {
            lane.p99AfterRescue.add(lane.load.p99MillisSinceLast());
            lane.startedWhenInterrupted += lane.started();
        }
    }

    /** Waits until all have had their load back and serve with all again. */
    private Map<Lane, NeedWatch> returnOnTrial() throws IOException {
        Map<Lane, NeedWatch> watches = new HashMap<>();
        Map<Lane, Long> returned = new HashMap<>();
        Set<Lane> serving = new HashSet<>();
        await().atMost(LIMIT)
                .pollInterval(LOOK)
                .until(() -> {
                    for (Lane lane : lanes) {
                        if (!returned.containsKey(lane) && isDue(lane, watches)) {
                            if (lane.ebb.isPresent()) {
                                watches.put(lane, new NeedWatch(lane.ebb.get().state()));
                            }
                            lane.load.p99MillisSinceLast();
                            lane.rate(Load.MUCH);
                            returned.put(lane, System.nanoTime());
                        } else if (returned.containsKey(lane)
                                && lane.allServe()
                                && serving.add(lane)) {
                            lane.rescued.add((System.nanoTime() - returned.get(lane)) / 1e9);
                        }
                    }
                    return serving.size() == lanes.size()
                            && lanes.stream().allMatch(Lane::allServe);
                });
        return watches;
    }

    private boolean isDue(Lane lane, Map<Lane, NeedWatch> watches) {
        long ofEbb = lanes.stream().filter(other -> other.ebb.isPresent()).count();
        return lane.ebb.isPresent() ? lane.isOnTrial() : watches.size() == ofEbb;
    }

    /** No request is due from now on, in any lane; waits for those that were. */
    void end() {
        lanes.forEach(Lane::fallSilent);
        lanes.forEach(Lane::stopLoad);
    }

    private void rate(double perSecond) {
        lanes.forEach(lane -> lane.rate(perSecond));
    }

    private void forgetLatencies() {
        lanes.forEach(lane -> lane.load.p99MillisSinceLast());
    }

    /** Waits until all are so, and says for each after how many seconds from now it first was. */
    private Map<Lane, Double> all(Predicate<Lane> state) {
        long from = System.nanoTime();
        Map<Lane, Double> when = new HashMap<>();
        await().atMost(LIMIT)
                .pollInterval(LOOK)
                .pollDelay(Duration.ZERO)
                .until(() -> {
                    for (Lane lane : lanes) {
                        if (!when.containsKey(lane) && state.test(lane)) {
                            when.put(lane, (System.nanoTime() - from) / 1e9);
                        }
                    }
                    return when.size() == lanes.size() && lanes.stream().allMatch(state);
                });
        return when;
    }

    /** For as many requests as are due in that time. */
    private void hold(double seconds, double perSecond) {
        Lane lane = lanes.getFirst();
        long until = lane.load.counts().sent() + Math.round(seconds * perSecond);
        await().atMost(LIMIT).pollInterval(LOOK).until(() -> lane.load.counts().sent() >= until);
    }

    static Optional<Double> median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        return sorted.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        (sorted.get((sorted.size() - 1) / 2) + sorted.get(sorted.size() / 2)) / 2);
    }
}
