package dev.ebb.beside;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The course of the load: the same for all lanes at the same time. It falls; once each lane has
 * scaled in, it returns. In an interrupted cycle it returns as soon as Ebb has pods on trial.
 */
final class Course {
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final Duration LOOK = Duration.ofMillis(20);
    private static final double HOLD_SECONDS = 8;

    private final List<Lane> lanes;

    Course(List<Lane> lanes) {
        this.lanes = List.copyOf(lanes);
    }

    void begin() {
        rate(Load.MUCH);
        all(Lane::allServe);
        hold(2 * HOLD_SECONDS, Load.MUCH);
    }

    /** The load returns when every lane has scaled in. */
    void whole() {
        lanes.forEach(Lane::beginCycle);
        rate(Load.LITTLE);
        all(Lane::fewServe).forEach((lane, seconds) -> lane.scaledIn.add(seconds));
        hold(2, Load.LITTLE);
        lanes.forEach(Lane::countRemoved);
        forgetLatencies();
        rate(Load.MUCH);
        all(Lane::allServe).forEach((lane, seconds) -> lane.recovered.add(seconds));
        hold(HOLD_SECONDS, Load.MUCH);
        lanes.forEach(lane -> lane.p99AfterReturn.add(lane.load.p99MillisSinceLast()));
    }

    /** The load returns in the middle of a trial of Ebb's. */
    void interrupted() throws IOException {
        lanes.forEach(Lane::beginCycle);
        rate(Load.LITTLE);
        await().atMost(LIMIT)
                .pollInterval(LOOK)
                .until(() -> lanes.stream().allMatch(Lane::isOnTrial));
        forgetLatencies();
        Map<Lane, NeedWatch> watches = new HashMap<>();
        for (Lane lane : lanes) {
            if (lane.ebb.isPresent()) {
                watches.put(lane, new NeedWatch(lane.ebb.get().state()));
            }
        }
        rate(Load.MUCH);
        all(Lane::allServe).forEach((lane, seconds) -> lane.rescued.add(seconds));
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
