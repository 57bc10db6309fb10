package dev.ebb.control;

import dev.ebb.balance.StrategyKind;
import dev.ebb.balance.UtilizationWeights;
import dev.ebb.balance.UtilizationWeights.Sample;
import dev.ebb.balance.UtilizationWeights.Settings;
import dev.ebb.core.Assessed;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Now;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The weights of a service's endpoints, for the strategy that uses them. Control thread only. */
final class Weights {
    /** A smaller change is not worth a new snapshot. */
    private static final double CHANGE_MIN = 0.02;

    private final StrategyKind strategy;
    private Map<InstanceId, Double> current = Map.of();
    private Map<InstanceId, Double> told = Map.of();
    private long updatedNanos;

    Weights(StrategyKind strategy) {
        this.strategy = strategy;
    }

    /** Takes in new figures; returns whether any weight changed enough to be told. */
    boolean update(List<Assessed> assessed, Now now) {
        if (strategy != StrategyKind.WEIGHTED) {
            return false;
        }
        List<Assessed> rotating =
                assessed.stream().filter(a -> a.instance().lifecycle().inRotation()).toList();
        Duration since =
                current.isEmpty() ? Duration.ZERO : Duration.ofNanos(now.nanosSince(updatedNanos));
        current =
                UtilizationWeights.of(
                        Settings.DEFAULT,
                        rotating.stream().map(a -> a.instance().id()).toList(),
                        rotating.stream().filter(Assessed::fresh).map(Weights::sample).toList(),
                        current,
                        since,
                        now.monotonicNanos());
        updatedNanos = now.monotonicNanos();
        if (!differs()) {
            return false;
        }
        told = current;
        return true;
    }

    private static Sample sample(Assessed one) {
        double rate = one.recent().requestsPerSecond();
        return new Sample(
                one.instance().id(),
                rate,
                rate * one.recent().failureShare(),
                one.recent().binding(),
                one.instance().process().latest().measuredAtNanos(),
                one.instance().bornNanos());
    }

    private boolean differs() {
        return !current.keySet().equals(told.keySet())
                || current.entrySet().stream()
                        .anyMatch(e ->
                                Math.abs(e.getValue() - told.getOrDefault(e.getKey(), 1.0))
                                        > CHANGE_MIN);
    }

    /** As told last, or about to be told. */
    Map<InstanceId, Double> byInstance() {
        return told;
    }
}
