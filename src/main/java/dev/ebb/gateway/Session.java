package dev.ebb.gateway;

import dev.ebb.balance.Hashing;

/** The session that one request belongs to, as its cookie says, or a new one. One event loop. */
final class Session {
    /** Whether the request came with a cookie of ours. */
    boolean known;

    /** Of the instance that it is bound to; {@link Hashing#NONE} for none yet. */
    long tag = Hashing.NONE;

    /** By which it is told from others; 32 bits are enough to count. */
    int id;

    /** Seconds since the epoch at which its cookie was given out. */
    long issuedSeconds;

    /** Whether the client came by HTTPS. */
    final boolean secure;

    Session(boolean secure) {
        this.secure = secure;
    }
}
