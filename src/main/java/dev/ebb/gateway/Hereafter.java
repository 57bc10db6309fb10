package dev.ebb.gateway;

/** What becomes of a client's connection after an answer, and whether the answer has to say so. */
enum Hereafter {
    CLOSES,
    STAYS,

    /** A client of HTTP/1.0 takes it to close unless it is told (RFC 9112 9.3). */
    STAYS_FOR_HTTP10;

    static Hereafter of(boolean keep, boolean toHttp10) {
        return keep ? toHttp10 ? STAYS_FOR_HTTP10 : STAYS : CLOSES;
    }
}
