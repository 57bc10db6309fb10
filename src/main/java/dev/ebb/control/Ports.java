package dev.ebb.control;

/** The outside world, as control sees it. */
public record Ports(
        Platform platform,
        EndpointSink sink,
        MetricSource metrics,
        Journal journal,
        QuerySource queries) {

    /** Without a monitoring system. */
    public Ports(Platform platform, EndpointSink sink, MetricSource metrics, Journal journal) {
        this(platform, sink, metrics, journal, QuerySource.NONE);
    }

    /** With a monitoring system to be asked. */
    public Ports withQueries(QuerySource other) {
        return new Ports(platform, sink, metrics, journal, other);
    }
}
