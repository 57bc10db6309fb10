package dev.ebb.xds;

import dev.ebb.control.SelfReports;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;

/**
 * Asks instances for their own load reports, out of band: the service {@code
 * xds.service.orca.v3.OpenRcaService} that gRPC servers offer, one stream to each instance (gRFC
 * A51). One thread of its own starts streams and begins them anew; at most {@link #MOST} are open,
 * and {@link #A_TURN} are begun in each {@link #TURN_MILLIS}. What is said is kept by each {@link
 * OrcaStream}, and is gone with its connection.
 */
public final class OrcaReports implements SelfReports {
    /** Each is a connection, of some 30 KiB. */
    static final int MOST = 5_000;

    private static final int A_TURN = 20;
    private static final long TURN_MILLIS = 100;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("orca-reports").factory());
    private final LongAdder malformed = new LongAdder();
    private final RandomGenerator random;
    private final int most;
    private final long silentNanos;
    private final Map<Asked, OrcaStream> streams = new ConcurrentHashMap<>();

    /** Guarded by this, as are the two below. */
    private final Map<String, Set<Asked>> owners = new HashMap<>();

    /** For how many owners each is asked. */
    private final Map<Asked, Integer> wanted = new LinkedHashMap<>();

    private boolean closed;

    /**
     * @param random spreads what is begun anew
     */
    public OrcaReports(RandomGenerator random) {
        this(random, MOST, OrcaStream.SILENT_NANOS);
    }

    OrcaReports(RandomGenerator random, int most, long silentNanos) {
        this.random = random;
        this.most = most;
        this.silentNanos = silentNanos;
        var _ =
                timer.scheduleWithFixedDelay(
                        this::turn, TURN_MILLIS, TURN_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public synchronized void ask(String owner, Set<Asked> now) {
        if (closed) {
            return;
        }
        Set<Asked> before =
                now.isEmpty() ? owners.remove(owner) : owners.put(owner, Set.copyOf(now));
        Set<Asked> left = new HashSet<>(before == null ? Set.of() : before);
        left.removeAll(now);
        for (Asked one : now) {
            if (before == null || !before.contains(one)) {
                wanted.merge(one, 1, Integer::sum);
            }
        }
        for (Asked one : left) {
            if (wanted.merge(one, -1, Integer::sum) <= 0) {
                wanted.remove(one);
                OrcaStream stream = streams.remove(one);
                if (stream != null) {
                    stream.close();
                }
            }
        }
    }

    @Override
    public synchronized void retain(Set<String> kept) {
        List.copyOf(owners.keySet()).stream()
                .filter(owner -> !kept.contains(owner))
                .forEach(owner -> ask(owner, Set.of()));
    }

    @Override
    public Heard heard(Asked one) {
        OrcaStream stream = streams.get(one);
        if (stream != null) {
            return stream.heard();
        }
        return streams.size() < most
                ? Heard.NOTHING
                : new Heard(
                        Optional.empty(),
                        Optional.of(
                                "%d others are asked already, and no more may be".formatted(most)));
    }

    @Override
    public long malformed() {
        return malformed.sum();
    }

    /** Begins what is to be begun by now, as much as may be. */
    private synchronized void turn() {
        if (closed) {
            return;
        }
        int begun = 0;
        long now = System.nanoTime();
        for (Asked one : wanted.keySet()) {
            OrcaStream stream = streams.get(one);
            if (stream == null && streams.size() < most) {
                stream = new OrcaStream(one, random, silentNanos, malformed::increment);
                streams.put(one, stream);
            }
            if (stream != null) {
                stream.giveUpIfSilent(now);
            }
            if (stream != null && stream.isDue(now)) {
                stream.begin();
                if (++begun >= A_TURN) {
                    return;
                }
            }
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        timer.shutdownNow();
        streams.values().forEach(OrcaStream::close);
        streams.clear();
        wanted.clear();
        owners.clear();
    }
}
