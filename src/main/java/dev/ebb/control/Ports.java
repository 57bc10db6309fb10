package dev.ebb.control;

/** The outside world, as control sees it. */
public record Ports(
        Platform platform,
        EndpointSink sink,
        MetricSource metrics,
        Journal journal,
        QuerySource queries,
        Peers peers) {

    /** With all services one controller's own. */
    public Ports(
            Platform platform,
            EndpointSink sink,
            MetricSource metrics,
            Journal journal,
            QuerySource queries) {
        this(platform, sink, metrics, journal, queries, Peers.NONE);
    }

    /** Without a monitoring system. */
    public Ports(Platform platform, EndpointSink sink, MetricSource metrics, Journal journal) {
        this(platform, sink, metrics, journal, QuerySource.NONE);
    }

    /** With a monitoring system to be asked. */
    public Ports withQueries(QuerySource other) {
        return new Ports(platform, sink, metrics, journal, other, peers);
    }

    /** With others that look after services which policies name. */
    public Ports withPeers(Peers other) {
        return new Ports(platform, sink, metrics, journal, queries, other);
    }
}
