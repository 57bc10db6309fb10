package dev.ebb.sim;

/**
 * Something that goes wrong, or that a person orders.
 *
 * @param atSeconds world time
 * @param seconds how long it lasts, where it does
 * @param pick chooses the instance, service or event loop, where there is a choice
 * @param amount its size, 0 to 1; each kind reads it in its own way
 */
record Fault(Kind kind, double atSeconds, double seconds, int pick, double amount) {

    /** What may go wrong. */
    enum Kind {
        INSTANCE_CRASHES,
        INSTANCE_HANGS,
        INSTANCE_SLOW,
        INSTANCE_FAILS,
        METRICS_LIE,
        METRICS_MISSING,
        HOST_BUSY,
        CRASH_LOOP,
        START_FAILS,
        PLAN_FAILS,
        SLOW_BOOT,
        UNCLEAR,
        LATE_EXITS,
        LOOP_STALLS,
        SLOW_PUBLISH,
        LATE_REPORTS,
        STUCK_REPORTS,
        DISK_FULL,
        EBB_CRASHES,
        EBB_CRASHES_INSIDE,
        MACHINE_CRASHES,
        CONTROL_STALLS,
        EBB_PAUSES,
        WALL_JUMPS,
        ORDER_SCALE,
        ORDER_PARK,
        ORDER_RESCUE,
        ORDER_RESTART,
        ORDER_PROTECT,
        ORDER_FREEZE,
        /** Only where a mode asks for it; never drawn with the others. */
        ORDER_APPROVE,
        /** Only where a policy has queries; never drawn with the others. */
        QUERIES_FAIL,
        /** These five only in a cluster; never drawn with the others. */
        PODS_TOUCHED,
        POD_EVICTED,
        SCALED_BY_OTHERS,
        BUDGET_MADE,
        AUTOSCALER_MADE;

        boolean isOrder() {
            return name().startsWith("ORDER_");
        }

        /** Whether it removes ticks or moves a clock. */
        boolean bendsTime() {
            return this == CONTROL_STALLS || this == EBB_PAUSES || this == WALL_JUMPS;
        }
    }

    @Override
    public String toString() {
        return "%s for %.1f s (pick %d, amount %.2f)".formatted(kind, seconds, pick, amount);
    }
}
