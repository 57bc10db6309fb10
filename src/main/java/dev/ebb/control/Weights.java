package dev.ebb.control;

import dev.ebb.balance.StrategyKind;
import dev.ebb.core.Assessed;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Now;
import java.util.List;
import java.util.Map;

/** The weights of a service's endpoints, for the strategy that uses them. Control thread only. */
final class Weights {
    private final StrategyKind strategy;
    private Map<InstanceId, Double> byInstance = Map.of();

    Weights(StrategyKind strategy) {
        this.strategy = strategy;
    }

    /** Takes in new figures; returns whether any weight changed enough to be told. */
    boolean update(List<Assessed> assessed, Now now) {
        return false;
    }

    Map<InstanceId, Double> byInstance() {
        return byInstance;
    }
}
