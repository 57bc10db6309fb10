-- Prints what wrk measured as one line of JSON.
done = function(summary, latency, requests)
    local e = summary.errors
    local function millis(percent)
        return string.format("%.3f", latency:percentile(percent) / 1000)
    end
    io.write(string.format(
        '{"requests": %d, "micros": %d, "p50_ms": %s, "p99_ms": %s, "p999_ms": %s, "errors": %d}\n',
        summary.requests, summary.duration, millis(50), millis(99), millis(99.9),
        e.connect + e.read + e.write + e.status + e.timeout))
end
