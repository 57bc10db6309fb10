package dev.ebb.gateway;

import java.time.Duration;

/** Timeouts short enough to wait for. */
final class TestTimeouts {
    private TestTimeouts() {}

    /** All the same, apart from those that are about connections to instances. */
    static Timeouts of(Duration all) {
        return new Timeouts(
                all,
                all,
                all,
                Duration.ofSeconds(1),
                all,
                all,
                all,
                all,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ofSeconds(4),
                all);
    }

    /** The usual ones, but for the whole request's. */
    static Timeouts request(Duration whole) {
        return usualBut(whole, Timeouts.DEFAULT.upstreamIdle());
    }

    /** The usual ones, but for that of unused connections to instances. */
    static Timeouts upstreamIdle(Duration unused) {
        return usualBut(Timeouts.DEFAULT.request(), unused);
    }

    private static Timeouts usualBut(Duration whole, Duration unused) {
        Timeouts usual = Timeouts.DEFAULT;
        return new Timeouts(
                usual.clientIdle(),
                usual.requestHead(),
                usual.requestBody(),
                usual.connect(),
                usual.waiting(),
                usual.responseHead(),
                usual.responseBody(),
                usual.tunnel(),
                usual.drainSpread(),
                whole,
                unused,
                usual.linger());
    }

    /** The usual ones, but for that between two parts of an answer's body. */
    static Timeouts responseBody(Duration quiet) {
        Timeouts usual = Timeouts.DEFAULT;
        return new Timeouts(
                usual.clientIdle(),
                usual.requestHead(),
                usual.requestBody(),
                usual.connect(),
                usual.waiting(),
                usual.responseHead(),
                quiet,
                usual.tunnel(),
                usual.drainSpread(),
                usual.request(),
                usual.upstreamIdle(),
                usual.linger());
    }
}
