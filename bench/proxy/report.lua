-- Prints what wrk measured as one line of JSON.
done = function(summary, latency, requests)
    io.write(string.format(
        '{"requests": %d, "micros": %d, "p50_ms": %.3f, "p99_ms": %.3f, "p999_ms": %.3f, "errors": %d}\n',
        summary.requests, summary.duration,
        latency:percentile(50) / 1000, latency:percentile(99) / 1000, latency:percentile(99.9) / 1000,
        summary.errors.connect + summary.errors.read + summary.errors.write
            + summary.errors.status + summary.errors.timeout))
end
