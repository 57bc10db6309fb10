package dev.ebb.core;

/** What a fall in load is taken for. Only a real one lets instances go. */
public enum FallKind {
    /** Requests and CPU have fallen together and by degrees, or stayed away for long enough. */
    REAL,
    /** Nearly all requests stayed away at once: something before the service may be down. */
    OUTAGE,
    /** Requests and CPU contradict each other: one of them is not counted any more. */
    METRIC_HOLE,
    /** It is work that has become less; the requests fail instead. */
    ERRORS,
    /** Requests failed a moment ago, or hang: their clients will try again. */
    RETRIES
}
