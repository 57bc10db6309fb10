package dev.ebb.gateway;

import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What an exchange waits for, how long it may do so, and what the client is told then. */
// The functions are method references.
@SuppressWarnings("ImmutableEnumChecker")
enum Phase {
    /** One of the instance's connections to be free. */
    WAITING(Timeouts::waiting, Refusal.OVERLOADED),
    UPLOAD(Timeouts::requestBody, Refusal.REQUEST_TIMEOUT),
    HEAD(Timeouts::responseHead, Refusal.RESPONSE_TIMEOUT),
    BODY(Timeouts::responseBody, Refusal.RESPONSE_TIMEOUT),
    STREAM(Timeouts::tunnel, Refusal.RESPONSE_TIMEOUT);

    private final Function<Timeouts, Duration> limit;
    private final Refusal refusal;

    Phase(Function<Timeouts, Duration> limit, Refusal refusal) {
        this.limit = limit;
        this.refusal = refusal;
    }

    /**
     * @param upstream null as long as there is none
     * @param sent all of the request has come
     * @param stream the answer may be quiet for as long as both sides like
     */
    static Phase of(@Nullable Upstream upstream, boolean sent, boolean begun, boolean stream) {
        if (upstream == null) {
            return WAITING;
        }
        if (begun) {
            return stream ? STREAM : BODY;
        }
        return sent || !upstream.writable() ? HEAD : UPLOAD;
    }

    boolean overdue(long quietNanos, Timeouts timeouts) {
        return quietNanos > limit.apply(timeouts).toNanos();
    }

    Refusal refusal() {
        return refusal;
    }
}
