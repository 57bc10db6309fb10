package dev.ebb.gateway;

import dev.ebb.balance.Candidate;
import dev.ebb.balance.Deadline;
import dev.ebb.balance.Outcome;
import dev.ebb.balance.Pick;
import dev.ebb.balance.Priority;
import dev.ebb.balance.RetryOn;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How an {@link Exchange} gets to the head of an answer: where it waits, what it picks, when it
 * tries again, and the second attempt beside a slow first one. There is none, one, or one and a
 * second; each is finished here, once. The exchange's base and not a part of it, so that a request
 * costs no further object. One event loop.
 *
 * <p>What may be sent again: a request of which nothing was processed, whatever its method; and one
 * whose method the policy allows to repeat, while all that was sent of its body is still here.
 * Never after a byte of the final answer went to the client.
 */
abstract class Attempts {
    final GatewayLoop loop;
    final LoopService service;

    /** Those of the request's route. */
    final Timeouts timeouts;

    final RequestSide request;
    final long startNanos;

    /** How long the request may take in all; {@link Deadline#NONE} for any time. */
    final long wholeNanos;

    final Tries tries;
    private final Priority priority;
    private final boolean upgrade;
    private @Nullable Attempt main;
    private @Nullable Attempt second;

    /** What the access log is going to say; null without one, and once it is over. */
    @Nullable AccessEntry entry;

    /** Before the next attempt, after an answer that is not passed on. */
    private long pauseNanos;

    private RetryOn unwanted = RetryOn.STATUS;

    /** Scaling ended this attempt, and there is no other yet. */
    private @Nullable Attempt removed;

    /** Where it waits, if it does. */
    private @Nullable Waiting queued;

    /** The head of the answer has gone to the client. */
    boolean begun;

    boolean over;
    long progressNanos;

    Attempts(
            LoopService service,
            Timeouts timeouts,
            RequestHead asked,
            Priority priority,
            RequestSide request,
            long nowNanos) {
        this.service = service;
        this.timeouts = timeouts;
        this.request = request;
        loop = service.loop;
        tries = new Tries(service, asked);
        this.priority = priority;
        upgrade = asked.upgrade;
        startNanos = nowNanos;
        wholeNanos = Deadline.whole(timeouts.request().toNanos(), asked.deadlineNanos);
        progressNanos = nowNanos;
    }

    abstract Exchange exchange();

    /** Ends without an answer of an instance. */
    abstract void refuse(Refusal refusal);

    /** There is a connection: more of the request can be used. */
    abstract void resume();

    // ---- Where it waits, and what it picks

    final void start() {
        service.counters.count(Counters.REQUESTS);
        service.budget.request(startNanos);
        Hedging hedging = service.hedging;
        if (hedging != null) {
            hedging.request(startNanos);
        }
        Waiting waiting = service.waiting;
        if (upgrade && !service.speaksHttp1()) {
            refuse(Refusal.UPGRADE);
        } else if (waiting != null && waiting.isAny()) {
            await(waiting, startNanos);
        } else {
            attempt(startNanos);
        }
    }

    private void attempt(long nowNanos) {
        Pick pick = tries.pick(nowNanos);
        // No switch over types: the first request of each life would wait for the making of it.
        if (pick instanceof Pick.Picked(Candidate picked)) {
            tries.begin();
            progressNanos = nowNanos;
            var next = new Attempt(exchange(), service, picked, nowNanos);
            main = next;
            picked(picked);
            goesOn(true);
            Hedging hedging = service.hedging;
            if (hedging != null && tries.first() && tries.mayBeHedged() && !upgrade) {
                hedging.watch(exchange(), nowNanos);
            }
            next.start(!tries.first(), !tries.repeatable());
        } else if (pick instanceof Pick.None(Pick.Why why)) {
            nowhere(why, nowNanos);
        }
    }

    /** Whether there is another attempt: if scaling ended the last one, it is on the ledger. */
    final void goesOn(boolean elsewhere) {
        Attempt left = removed;
        removed = null;
        if (left != null && elsewhere) {
            left.retriedByScaling();
        } else if (left != null) {
            left.lostByScaling();
        }
    }

    private void picked(Candidate candidate) {
        AccessEntry logged = entry;
        if (logged != null) {
            logged.picked(candidate.id());
        }
    }

    private void nowhere(Pick.Why why, long nowNanos) {
        Waiting waiting = service.waiting;
        Waiting forFirst = service.forFirst;
        boolean none = why == Pick.Why.NO_ENDPOINTS || why == Pick.Why.NONE_ACTIVE;
        if (none && forFirst != null && tries.none()) {
            await(forFirst, nowNanos);
        } else if (why != Pick.Why.ALL_FULL || waiting == null) {
            refuse(Refusal.NO_INSTANCE);
        } else {
            await(waiting, nowNanos);
        }
    }

    private void await(Waiting waiting, long nowNanos) {
        queued = waiting;
        boolean timed = wholeNanos != Deadline.NONE;
        long until = timed ? startNanos + wholeNanos : Long.MAX_VALUE;
        if (!waiting.offer(exchange(), priority, until, nowNanos)) {
            shed(Refusal.LIMIT_REACHED);
        }
    }

    /** Whether the room that there is at some instance is room for this one, too. */
    final boolean mayBeAdmitted() {
        return tries.none() || service.balancer.hasRoom(tries.tried(), loop.now());
    }

    /** There is room at an instance. */
    final void admitted(long nowNanos) {
        queued = null;
        attempt(nowNanos);
    }

    /** It has waited for too long, or must make place for another. */
    final void shed(Refusal why) {
        queued = null;
        refuse(why);
    }

    // ---- The attempts that go on

    /** The one whose answer the client gets, as far as is known now. */
    final @Nullable Attempt main() {
        return main;
    }

    private Attempt current() {
        Attempt current = main;
        if (current == null) {
            throw new IllegalStateException("no attempt is going on");
        }
        return current;
    }

    final @Nullable Upstream upstream() {
        Attempt current = main;
        return current == null ? null : current.upstream();
    }

    final boolean isWith(Candidate candidate) {
        Attempt current = main;
        return current != null && current.candidate() == candidate;
    }

    /** The only one has ended. */
    final Attempt finish(Outcome outcome, long nowNanos) {
        Attempt current = current();
        main = null;
        current.finished(outcome, nowNanos);
        return current;
    }

    /** Lets go of every instance and of the wait for one; the main attempt is still to finish. */
    final void letGo(long nowNanos) {
        Waiting waiting = queued;
        if (waiting != null) {
            queued = null;
            waiting.cancel(exchange());
        }
        giveUp(second, nowNanos);
        second = null;
        Attempt current = main;
        if (current != null) {
            current.letGo();
        }
    }

    private static void giveUp(@Nullable Attempt other, long nowNanos) {
        if (other != null) {
            other.letGo();
            other.finished(Outcome.CANCELLED, nowNanos);
        }
    }

    final boolean mayBeSentAgain() {
        return request.kept() && tries.repeatable();
    }

    /** Whether what is sent of the request is also kept, for another attempt. */
    final boolean keeps() {
        Upstream connection = upstream();
        return tries.repeatable()
                || tries.repeatableCall()
                || (service.hedging != null && tries.mayBeHedged())
                || (connection != null
                        && connection.tellsUnprocessed()
                        && tries.repeatableIfRefused());
    }

    /** Here is a connection; everything that there is of the request goes out. */
    final void connected(Attempt from, Upstream connection) {
        progressNanos = loop.now();
        if (wholeNanos != Deadline.NONE && request.kept()) {
            long left = Deadline.left(wholeNanos, loop.now() - startNanos);
            request.deadline(Deadline.ofTry(left, service.perTryNanos));
        }
        request.sendTo(connection, request.kept() && keeps());
        if (from == main) {
            resume();
        }
    }

    // ---- Failures

    /** There is no connection to the instance to be had. Nothing of the request was sent. */
    final void noConnection(Attempt from, Refusal why) {
        long now = System.nanoTime();
        switch (why) {
            case CONNECT_REFUSED ->
                    failed(from, why, RetryOn.CONNECT_FAILURE, Outcome.REFUSED, now);
            case OVERLOADED -> failed(from, why, null, Outcome.CANCELLED, now);
            default -> failed(from, why, RetryOn.CONNECT_FAILURE, Outcome.CONNECT_FAILED, now);
        }
    }

    /** The connection ended, or its answer made no sense, before the head of an answer. */
    final void brokenEarly(Attempt from, Break why, long nowNanos) {
        switch (why) {
            case BAD_RESPONSE -> failed(from, Refusal.BAD_RESPONSE, null, Outcome.CUT, nowNanos);
            case NOT_PROCESSED ->
                    failed(
                            from,
                            Refusal.UPSTREAM_CLOSED,
                            RetryOn.NOT_PROCESSED,
                            Outcome.CANCELLED,
                            nowNanos);
            case CLOSED, RESET ->
                    failed(from, Refusal.UPSTREAM_CLOSED, RetryOn.RESET, Outcome.CUT, nowNanos);
        }
    }

    /**
     * Checks say that this instance does not answer any more. What waits for its answer and may be
     * sent again does not wait for the timeout.
     */
    final void silent(Candidate ejected) {
        Attempt other = second;
        Attempt mute = isWith(ejected) ? main : other;
        if (mute == null || mute.candidate() != ejected || mute.upstream() == null || begun) {
            return;
        }
        if (other != null || mayBeSentAgain()) {
            noAnswer(mute, System.nanoTime());
        }
    }

    /** Attempts that have taken longer than one may. */
    final void tickTries(long nowNanos) {
        long most = service.perTryNanos;
        if (most <= 0 || begun || !request.complete()) {
            return;
        }
        Attempt other = second;
        if (other != null && nowNanos - other.pickNanos() > most) {
            noAnswer(other, nowNanos);
        }
        Attempt current = main;
        if (current != null) {
            boolean uploaded = request.bytes() > 0 && progressNanos - current.pickNanos() > 0;
            long since = uploaded ? progressNanos : current.pickNanos();
            if (nowNanos - since > most) {
                noAnswer(current, nowNanos);
            }
        }
    }

    /** This attempt is not waited for any longer. */
    private void noAnswer(Attempt mute, long nowNanos) {
        boolean sent = mute.upstream() != null;
        mute.letGo();
        failed(
                mute,
                Refusal.RESPONSE_TIMEOUT,
                sent ? RetryOn.TIMEOUT : RetryOn.CONNECT_FAILURE,
                sent ? Outcome.TIMEOUT : Outcome.CANCELLED,
                nowNanos);
    }

    /** Ends an attempt without an answer: the other goes on, or there is another, or a refusal. */
    private void failed(
            Attempt failed, Refusal why, @Nullable RetryOn how, Outcome outcome, long nowNanos) {
        boolean byScaling = failed.byScaling();
        if (otherGoesOn(failed, outcome, nowNanos)) {
            return;
        }
        RetryOn allowed = request.kept() ? how : null;
        boolean exempt = outcome == Outcome.REFUSED;
        if (!tries.again(failed.candidate(), allowed, exempt, nowNanos)) {
            if (byScaling) {
                failed.lostByScaling();
            }
            refuse(tries.first() ? why : Refusal.RETRY_EXHAUSTED);
            return;
        }
        again(failed, allowed, byScaling, tries.pauseNanos(failed.candidate(), 0), nowNanos);
    }

    private boolean otherGoesOn(Attempt failed, Outcome outcome, long nowNanos) {
        if (failed == main) {
            main = second;
        }
        second = null;
        failed.finished(outcome, nowNanos);
        return main != null;
    }

    private void again(
            Attempt failed, @Nullable RetryOn how, boolean byScaling, long pause, long nowNanos) {
        if (how != null) {
            service.counters.retried(how);
        }
        removed = byScaling ? failed : null;
        if (pause <= 0) {
            attempt(nowNanos);
            return;
        }
        var _ =
                loop.eventLoop()
                        .schedule(
                                () -> {
                                    if (!over) {
                                        attempt(loop.turn());
                                    }
                                },
                                pause,
                                TimeUnit.NANOSECONDS);
    }

    // ---- The second attempt

    /** Whether it waits for its first answer, with nobody beside. */
    final boolean mayHedge() {
        return !over && !begun && main != null && second == null && tries.first();
    }

    /** Other requests have their answer after so long: asks another instance as well. */
    final void hedge(long nowNanos) {
        Attempt slow = main;
        Hedging hedging = service.hedging;
        boolean whole = request.complete() && request.kept();
        if (hedging == null || slow == null || !mayHedge() || !whole) {
            return;
        }
        boolean others = service.balancer.isAnyUntried(tries.tried(), slow.candidate());
        if (!others || !hedging.takeFromBudget(nowNanos)) {
            return;
        }
        tries.avoid(slow.candidate());
        if (tries.pickOther(nowNanos) instanceof Pick.Picked(Candidate other)) {
            service.counters.count(Counters.HEDGED);
            tries.avoid(other);
            var besides = new Attempt(exchange(), service, other, nowNanos);
            picked(other);
            second = besides;
            besides.start(false, false);
        }
    }

    /** The head of its answer has come and is passed on: the other one is given up. */
    final void won(Attempt winner, Outcome soFar, long nowNanos) {
        Hedging hedging = service.hedging;
        if (hedging != null && tries.first()) {
            // Of the first attempt, even if it lost: it would have taken longer still.
            hedging.record(nowNanos - current().pickNanos(), nowNanos);
        }
        winner.answered(soFar, nowNanos);
        AccessEntry logged = entry;
        if (logged != null) {
            logged.answered(winner.candidate().id(), nowNanos - winner.pickNanos());
        }
        Attempt other = second;
        if (other == null) {
            return;
        }
        if (winner == other) {
            service.counters.count(Counters.HEDGES_WON);
            other = main;
        }
        main = winner;
        second = null;
        giveUp(other, nowNanos);
    }

    // ---- Answers that are tried elsewhere

    /**
     * Whether this answer counts as a failure, and the request goes on elsewhere.
     *
     * @param grpc the status that is all of the answer; {@link GrpcStatus#NONE} for none
     */
    final boolean triesElsewhere(Attempt from, ResponseHead response, int grpc, long nowNanos) {
        boolean failed = grpc > 0 ? tries.retriesGrpc(grpc) : tries.retriesStatus(response.status);
        if (begun || !request.kept() || !failed) {
            return false;
        }
        unwanted = grpc > 0 ? RetryOn.GRPC_STATUS : RetryOn.STATUS;
        if (second != null) {
            return true;
        }
        pauseNanos = tries.pauseNanos(from.candidate(), response.retryAfterNanos());
        return pauseNanos != Tries.GIVE_UP
                && tries.again(from.candidate(), unwanted, false, nowNanos);
    }

    /**
     * Takes that answer for a failure; owns its bytes. The connection is used again if all of the
     * answer is here; what is not is not waited for.
     */
    final boolean discard(
            Attempt from, Outcome outcome, Upstream connection, ByteBuf rest, long nowNanos) {
        BodyScanner body = connection.body();
        boolean more = body.accept(rest, null) < rest.readableBytes();
        rest.release();
        from.answered(outcome, nowNanos);
        from.discard(outcome);
        if (body.bad() || !body.done()) {
            from.letGo();
            discarded(from, outcome, null);
        }
        return more;
    }

    /** An answer that is not passed on has ended, or its rest is not waited for. */
    final void discarded(Attempt from, Outcome outcome, @Nullable Upstream reusable) {
        long now = System.nanoTime();
        boolean byScaling = from.byScaling();
        boolean goesOn = otherGoesOn(from, outcome, now);
        if (reusable != null) {
            reusable.release(now);
        }
        if (!goesOn) {
            again(from, unwanted, byScaling, pauseNanos, now);
        }
    }
}
