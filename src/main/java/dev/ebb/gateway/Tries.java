package dev.ebb.gateway;

import dev.ebb.balance.Candidate;
import dev.ebb.balance.RetryPolicy;
import dev.ebb.balance.Tried;

/** How often one request was tried and where, and whether it may be tried once more. */
final class Tries {
    private static final int REFUSED_MAX = 16;

    private final LoopService service;
    private final RetryPolicy policy;
    private final boolean repeatable;
    private Tried tried = Tried.NONE;
    private int attempts;

    /** Attempts that ended at once because nobody listens there; they use up no tries. */
    private int refused;

    Tries(LoopService service, boolean idempotent) {
        this.service = service;
        policy = service.service.balance().retry();
        repeatable = policy.enabled() && idempotent;
    }

    Tried tried() {
        return tried;
    }

    void begin() {
        attempts++;
    }

    boolean first() {
        return attempts <= 1;
    }

    /** Whether it may be sent again even when the instance may have begun to work on it. */
    boolean repeatable() {
        return repeatable && left();
    }

    private boolean left() {
        return attempts - refused < policy.maxAttempts();
    }

    /**
     * The attempt has failed.
     *
     * @param allowed whether the way it failed allows another
     * @param exempt nobody listens there: costs neither tries nor budget
     * @return whether there is another, which is then counted against the budget
     */
    boolean again(Candidate failed, boolean allowed, boolean exempt, long nowNanos) {
        // With several instances gone at once, one that lives is found, however few the tries.
        refused += exempt && refused < REFUSED_MAX && !tried.contains(failed) ? 1 : 0;
        boolean again =
                allowed
                        && policy.enabled()
                        && left()
                        && (exempt || service.budget.tryRetry(nowNanos));
        if (again) {
            if (tried == Tried.NONE) {
                tried = Tried.create();
            }
            tried.add(failed);
        }
        return again;
    }
}
