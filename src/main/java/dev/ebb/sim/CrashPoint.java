package dev.ebb.sim;

/**
 * Where Ebb will die: at the n-th call of a port from when this was armed, before the call takes
 * effect or after it. Once it is dead, every further call of that life ends the same way.
 */
final class CrashPoint {
    private int callsLeft = -1;
    private boolean after;
    private boolean dead;

    void arm(int calls, boolean afterTheEffect) {
        callsLeft = Math.max(1, calls);
        after = afterTheEffect;
    }

    boolean isArmed() {
        return callsLeft > 0;
    }

    boolean isDead() {
        return dead;
    }

    void die() {
        dead = true;
    }

    void before(String where) {
        if (dead) {
            throw new SimCrash("already dead at " + where);
        }
        if (callsLeft > 0) {
            callsLeft--;
            if (callsLeft == 0 && !after) {
                dead = true;
                throw new SimCrash("before " + where);
            }
        }
    }

    void after(String where) {
        if (callsLeft == 0 && after && !dead) {
            dead = true;
            throw new SimCrash("after " + where);
        }
    }
}
