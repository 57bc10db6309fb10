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
 * requests per second, seconds. Prints one line of JSON. A second of warm-up is not counted: it
 * goes to a generator of its own.
 */
public final class OpenLoop {
    private OpenLoop() {}

    public static void main(String[] args) throws Exception {
        InetSocketAddress target =
                new InetSocketAddress(
                        InetAddress.ofLiteral("127.0.0.1"), Integer.parseInt(args[0]));
        double rate = Double.parseDouble(args[2]);
        run(target, args[1], rate, 2);
        System.out.println(run(target, args[1], rate, Integer.parseInt(args[3])));
    }

    private static String run(InetSocketAddress target, String path, double rate, int seconds)
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
            var counts = load.counts();
            return String.format(
                    Locale.ROOT,
                    "{\"sent\": %d, \"answered\": %d, \"p50_ms\": %.3f, \"p99_ms\": %.3f,"
                            + " \"p999_ms\": %.3f}",
                    counts.sent(),
                    counts.answered(),
                    load.percentileMillis(50),
                    load.percentileMillis(99),
                    load.percentileMillis(99.9));
        }
    }
}
