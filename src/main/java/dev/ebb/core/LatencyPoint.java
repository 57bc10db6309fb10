package dev.ebb.core;

/** The service's cumulative latencies at one moment (monotonic nanoseconds). */
public record LatencyPoint(long atNanos, LatencyCounts counts) {}
