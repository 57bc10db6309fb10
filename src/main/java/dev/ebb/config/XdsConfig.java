package dev.ebb.config;

import java.time.Duration;

/**
 * How data planes other than the gateway are served. Immutable.
 *
 * @param listen always loopback
 * @param proxy where an Envoy that has its listener from Ebb accepts requests
 * @param grace how long one that has lost its connection is waited for
 * @param quiet how long one that reports no load is taken to have requests in flight
 * @param reports from one load report to the next
 */
public record XdsConfig(
        Address listen, Address proxy, Duration grace, Duration quiet, Duration reports) {}
