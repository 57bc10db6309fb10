package dev.ebb.gateway;

import dev.ebb.balance.Balancer;
import dev.ebb.balance.Candidate;
import dev.ebb.balance.Hashing;
import dev.ebb.balance.Pick;
import dev.ebb.balance.RetryOn;
import dev.ebb.balance.RetryPolicy;
import dev.ebb.balance.Sessions;
import dev.ebb.balance.Tried;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** How often one request was tried and where, and whether it may be tried once more. */
final class Tries {
    /** The answer of {@link #pauseNanos} when there is no sense in trying again. */
    static final long GIVE_UP = -1;

    private static final int REFUSED_MAX = 16;

    private final LoopService service;
    private final RetryPolicy policy;
    private final boolean repeatable;
    private Tried tried = Tried.NONE;
    private int attempts;

    /** Attempts that ended at once because nobody listens there; they use up no tries. */
    private int refused;

    private final long key;
    private final @Nullable Session session;

    Tries(LoopService service, RequestHead asked) {
        this.service = service;
        policy = service.service.balance().retry();
        // The method is one that the policy allows to repeat.
        repeatable = service.mayRepeat(asked);
        key = asked.key;
        session = asked.session;
    }

    /** Where it goes next; see {@link Balancer#pick}. */
    Pick pick(long nowNanos) {
        Session of = session;
        Sessions all = service.balancer.sessions();
        RandomGenerator random = service.loop.random();
        return of == null || all == null
                ? service.balancer.pick(key, tried, nowNanos, random)
                : all.pick(of.tag, of.id, key, tried, nowNanos, random);
    }

    /**
     * An answer is passed on: the session is bound, and this is the value of its cookie's field.
     */
    byte[] bind(Candidate answering, int status, long nowNanos) {
        Session of = session;
        return of == null ? ResponseHead.NO_COOKIE : service.bind(of, answering, status, nowNanos);
    }

    /** Where a second attempt goes beside the first. */
    Pick pickOther(long nowNanos) {
        return service.balancer.pickOther(key, tried, nowNanos, service.loop.random());
    }

    Tried tried() {
        return tried;
    }

    void begin() {
        attempts++;
    }

    /** Not tried yet. */
    boolean none() {
        return attempts == 0;
    }

    boolean first() {
        return attempts <= 1;
    }

    /** Whether the method may be repeated, even at two instances at once; a session has but one. */
    boolean mayBeHedged() {
        Session of = session;
        return repeatable && (of == null || of.tag == Hashing.NONE);
    }

    /** Whether it may be sent again even when the instance may have begun to work on it. */
    boolean repeatable() {
        return repeatable && policy.enabled() && left();
    }

    /** Whether it may be sent again once the instance says that it did nothing for it. */
    boolean repeatableIfRefused() {
        return policy.allows(RetryOn.NOT_PROCESSED, repeatable) && left();
    }

    /** Whether it may be sent again once gRPC's status is one that the policy lists. */
    boolean repeatableCall() {
        return !policy.grpcStatuses().isEmpty() && left();
    }

    /** Whether a call that was answered so, and with nothing else, is tried elsewhere. */
    boolean retriesGrpc(int number) {
        return left() && policy.allowsGrpc(number);
    }

    private boolean left() {
        return attempts - refused < policy.maxAttempts();
    }

    /** Whether an answer with this status is a failure that may be tried elsewhere. */
    boolean retriesStatus(int status) {
        return service.retriesStatus(status) && policy.allows(RetryOn.STATUS, repeatable) && left();
    }

    /** An attempt goes on at this instance, or has failed there: others go first from now on. */
    void avoid(Candidate candidate) {
        if (tried == Tried.NONE) {
            tried = Tried.create();
        }
        tried.add(candidate);
    }

    /**
     * The attempt has failed.
     *
     * @param how null when the way it failed allows no other
     * @param exempt nobody listens there: costs neither tries nor budget
     * @return whether there is another, which is then counted against the budget
     */
    boolean again(Candidate failed, @Nullable RetryOn how, boolean exempt, long nowNanos) {
        // With several instances gone at once, one that lives is found, however few the tries.
        refused += exempt && refused < REFUSED_MAX && !tried.contains(failed) ? 1 : 0;
        boolean again =
                how != null
                        && policy.allows(how, repeatable)
                        && left()
                        && (exempt || service.budget.tryRetry(nowNanos));
        if (again) {
            avoid(failed);
        }
        return again;
    }

    /**
     * How long the next attempt waits after a failure at this instance.
     *
     * @param afterNanos what the failed answer's Retry-After says; 0 for nothing
     */
    long pauseNanos(Candidate failed, long afterNanos) {
        boolean others = service.balancer.isAnyUntried(tried, failed);
        return policy.pause()
                .before(others, attempts - 1, afterNanos, service.loop.random())
                .orElse(GIVE_UP);
    }
}
