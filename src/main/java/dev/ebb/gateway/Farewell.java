package dev.ebb.gateway;

import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * How the clients of one event loop are told to leave when the gateway closes: a few at each look,
 * in no order, the last one when a time is over, so that they do not all come to the next gateway
 * at once, each with a handshake. Where they are few, nobody is kept waiting. A client that was
 * told and asks for nothing more is let go of after a while. One event loop.
 */
final class Farewell {
    /** Told at each look at least: 40 a second cost whoever gets them nothing. */
    private static final int LEAST = 4;

    private boolean begun;
    private long beganNanos;
    private long untilNanos;
    private long graceNanos;

    /**
     * @param spread in which they are told
     * @param grace for how long one that was told may still ask for something
     */
    void begin(Duration spread, Duration grace, long nowNanos) {
        begun = true;
        beganNanos = nowNanos;
        untilNanos = nowNanos + spread.toNanos();
        graceNanos = grace.toNanos();
    }

    boolean hasBegun() {
        return begun;
    }

    /** When the last one is told. */
    long untilNanos() {
        return untilNanos;
    }

    /** Whether somebody who has said nothing since it began has had the time to. */
    boolean isGraceOver(long nowNanos) {
        return begun && nowNanos - beganNanos > graceNanos;
    }

    /** Called about ten times a second, from when it has begun. */
    void tick(List<Client> clients, RandomGenerator random, long nowNanos) {
        int untold = 0;
        for (int i = 0; i < clients.size(); i++) {
            untold += clients.get(i).isTold() ? 0 : 1;
        }
        double share = (double) GatewayLoop.TICK.toNanos() / Math.max(1, untilNanos - nowNanos);
        double chance = Math.max(share, (double) LEAST / Math.max(1, untold));
        // From the end, because a connection that closes takes the last one's place.
        for (int i = clients.size() - 1; i >= 0; i--) {
            Client client = clients.get(i);
            if (!client.isTold() && random.nextDouble() < chance) {
                client.tell(nowNanos);
            } else if (client.isTold() && nowNanos - client.toldNanos() > graceNanos) {
                client.closeIdle();
            }
        }
    }
}
