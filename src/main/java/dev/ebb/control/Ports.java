package dev.ebb.control;

/** The outside world, as control sees it. */
public record Ports(Platform platform, EndpointSink sink, MetricSource metrics, Journal journal) {}
