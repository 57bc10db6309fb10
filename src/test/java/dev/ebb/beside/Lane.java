package dev.ebb.beside;

import dev.ebb.demo.load.LoadCounts;
import dev.ebb.demo.load.LoadGenerator;
import dev.ebb.demo.load.LoadOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One side of the comparison: a namespace, who scales it, what carries its requests, its load. */
final class Lane implements AutoCloseable {
    private static final Pattern REMOVED = Pattern.compile(" remove (shop-\\S+?):? ");
    private static final Pattern RESCUED =
            Pattern.compile(" rescue shop-\\S+: the (recent )?load needs ");
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    /** An operator, and where it keeps its admin API's address. */
    record Ebb(Program operator, Path state) {}

    final String name;
    final String namespace;
    final Sight sight;
    final Optional<Ebb> ebb;
    final LoadGenerator load;
    final LoadGenerator longLoad;
    final List<Double> scaledIn = new ArrayList<>();
    final List<Double> recovered = new ArrayList<>();
    final List<Double> p99AfterReturn = new ArrayList<>();
    final List<Double> rescued = new ArrayList<>();
    final List<Double> p99AfterRescue = new ArrayList<>();
    final List<Long> needToRescue = new ArrayList<>();
    int removed;
    int asChosen;
    int startedWhenInterrupted;
    int rescuedForTheNeed;
    private Set<String> before = Set.of();
    private int logBefore;

    /**
     * @param port where what carries its requests listens, on loopback
     */
    Lane(String name, String namespace, Sight sight, Optional<Ebb> ebb, int port) {
        this.name = name;
        this.namespace = namespace;
        this.sight = sight;
        this.ebb = ebb;
        this.load = generator(port, "/");
        this.longLoad = generator(port, "/long");
    }

    private static LoadGenerator generator(int port, String path) {
        return new LoadGenerator(
                new LoadOptions(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                        "shop",
                        path,
                        TIMEOUT,
                        1_000,
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(3)));
    }

    void rate(double perSecond) {
        load.rate(perSecond, Duration.ZERO);
        longLoad.rate(Load.LONG, Duration.ZERO);
    }

    boolean allServe() {
        return serveWith(Load.MOST_PODS);
    }

    boolean serveWith(int pods) {
        return sight.ready().size() == pods && sight.there() == pods;
    }

    boolean isOnTrial() {
        return sight.parked() > 0 && sight.ready().size() < Load.MOST_PODS;
    }

    void beginCycle() {
        before = sight.names();
        logBefore = log().length();
    }

    /** The pods that have gone since the cycle began, against those that Ebb had chosen. */
    void countRemoved() {
        Set<String> gone = new TreeSet<>(before);
        gone.removeAll(sight.names());
        removed += gone.size();
        if (ebb.isPresent()) {
            Set<String> chosen = found(REMOVED);
            chosen.retainAll(gone);
            asChosen += chosen.size();
        }
    }

    /** The pods that have come since the cycle began. */
    int started() {
        Set<String> come = new TreeSet<>(sight.names());
        come.removeAll(before);
        return come.size();
    }

    /** Whether Ebb has rescued since the cycle began, for the need of the load. */
    boolean hasRescued() {
        return RESCUED.matcher(log().substring(logBefore)).find();
    }

    private Set<String> found(Pattern pattern) {
        Set<String> found = new TreeSet<>();
        Matcher matcher = pattern.matcher(log().substring(logBefore));
        while (matcher.find()) {
            found.add(matcher.group(1));
        }
        return found;
    }

    String log() {
        return ebb.map(e -> e.operator().output()).orElse("");
    }

    void fallSilent() {
        load.rate(0, Duration.ZERO);
        longLoad.rate(0, Duration.ZERO);
    }

    void stopLoad() {
        load.stop();
        longLoad.stop();
    }

    Figures.Side side(double instanceSeconds) {
        LoadCounts counts = load.counts();
        return new Figures.Side(
                name,
                requests(counts),
                requests(longLoad.counts()),
                counts.p50Millis(),
                counts.p99Millis(),
                instanceSeconds,
                removed,
                ebb.isPresent() ? asChosen : -1,
                List.copyOf(scaledIn),
                List.copyOf(recovered),
                List.copyOf(p99AfterReturn),
                List.copyOf(rescued),
                List.copyOf(p99AfterRescue),
                rescuedForTheNeed,
                List.copyOf(needToRescue),
                startedWhenInterrupted);
    }

    private static Figures.Requests requests(LoadCounts counts) {
        Map<String, Long> kinds = new TreeMap<>(counts.failedByCause());
        if (counts.truncated() > 0) {
            kinds.put("truncated", counts.truncated());
        }
        // What has not ended by now is none that was answered.
        if (counts.inFlight() > 0) {
            kinds.put("never_ended", counts.inFlight());
        }
        return new Figures.Requests(counts.sent(), counts.sent() - counts.answered(), kinds);
    }

    @Override
    public void close() {
        load.close();
        longLoad.close();
    }
}
