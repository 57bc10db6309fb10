package dev.ebb.bench.proxy;

import dev.ebb.demo.load.LoadGenerator;
import dev.ebb.demo.load.LoadOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * A fixed rate of requests whose latency counts from when each was due. Arguments: port, path,
 * requests per second, seconds. Prints one line of JSON. Two seconds of warm-up are told apart:
 * they belong to a generator of their own.
 */
public final class OpenLoop {
    private OpenLoop() {}

    public static void main(String[] args) throws Exception {
        InetSocketAddress target =
                new InetSocketAddress(
                        InetAddress.ofLiteral("127.0.0.1"), Integer.parseInt(args[0]));
        double rate = Double.parseDouble(args[2]);
        long warmup = run(target, args[1], rate, 2).counts().answered();
        LoadGenerator load = run(target, args[1], rate, Integer.parseInt(args[3]));
        var counts = load.counts();
        System.out.printf(
                Locale.ROOT,
                "{\"warmup\": %d, \"sent\": %d, \"answered\": %d, \"p50_ms\": %.3f,"
                        + " \"p99_ms\": %.3f, \"p999_ms\": %.3f}%n",
                warmup,
                counts.sent(),
                counts.answered(),
                load.percentileMillis(50),
                load.percentileMillis(99),
                load.percentileMillis(99.9));
    }

    private static LoadGenerator run(
            InetSocketAddress target, String path, double rate, int seconds)
            throws InterruptedException {
        LoadOptions options =
                new LoadOptions(
                        target,
                        "bench",
                        path,
                        Duration.ofSeconds(10),
                        256,
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(3));
        try (LoadGenerator load = new LoadGenerator(options)) {
            load.rate(rate, Duration.ZERO);
            TimeUnit.SECONDS.sleep(seconds);
            load.stop();
            return load;
        }
    }
}
