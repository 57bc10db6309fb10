package dev.ebb.sim.lab;

import java.util.List;

/** Several policies of which the one that wants most counts, as with the needs of one. */
public final class Largest implements Autoscaler {
    private final List<Autoscaler> all;
    private Autoscaler counts;

    /**
     * @param all at least one; of several that want the same, the first counts
     */
    public Largest(List<? extends Autoscaler> all) {
        this.all = List.copyOf(all);
        this.counts = this.all.getFirst();
    }

    @Override
    public int decide(Signals signals) {
        int most = -1;
        for (Autoscaler one : all) {
            int wants = one.decide(signals);
            if (wants > most) {
                most = wants;
                counts = one;
            }
        }
        return most;
    }

    @Override
    public String reason() {
        return counts.reason();
    }
}
