package dev.ebb.core;

import java.util.Optional;

/**
 * What a queue asks for, for others than the decider: the very rule that decides live ({@link
 * QueueNeed}), with the memory that it needs. The lab sizes by it. For one thread.
 */
public final class QueueSizing {
    private final Policy policy;
    private QueueMemory memory = QueueMemory.NONE;

    public QueueSizing(Policy policy) {
        this.policy = policy;
    }

    /**
     * Takes in how things stand, and says what that asks for; empty as long as nothing has ever had
     * to wait.
     *
     * @param point later than the one before; all its instances are taken to be in rotation
     * @param settled whether all of them have carried their load for a while
     * @param finished requests finished a second, over the scale-out window
     */
    public Optional<Need> see(QueuePoint point, boolean settled, double finished) {
        long spacing = Assessor.spacingNanos(policy);
        memory = memory.after(point, settled, spacing);
        return new QueueNeed(policy, memory, point.carrying(), finished).need();
    }
}
