package dev.ebb.cli;

import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.core.ServiceName;
import dev.ebb.gateway.handover.HandoverException;
import dev.ebb.gateway.handover.Talk;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The old process while it answers what it has: it learns from the new one where the instances are,
 * and says what waits for a first one. The other side is {@link Predecessor}. Without the new one
 * it goes on with what it knows. {@link #begin} and {@link #end} are for one thread.
 */
final class Leaving {
    private static final Logger LOG = LoggerFactory.getLogger(Leaving.class);
    private static final Duration LOOK = Duration.ofMillis(50);
    private static final Duration END = Duration.ofSeconds(10);

    /** Beyond all generations of the process's own. */
    private static final long FIRST_GENERATION = 1L << 60;

    private final Talk talk;
    private final Upgrades.Running running;
    private final UpgradeFeed feed = new UpgradeFeed();
    private final Map<ServiceName, Integer> told = new HashMap<>();
    private final Thread thread = new Thread(this::run, "leaving");
    private long generation = FIRST_GENERATION;
    private boolean listens;
    private volatile OptionalInt cut = OptionalInt.empty();

    Leaving(Talk talk, Upgrades.Running running) {
        this.talk = talk;
        this.running = running;
        thread.setDaemon(true);
    }

    void begin() {
        thread.start();
    }

    /** All is answered, or so many connections are cut; returns when that is told. */
    void end(int connections) {
        cut = OptionalInt.of(connections);
        try {
            thread.join(END.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (cut.isEmpty()) {
                Optional<String> line = talk.poll(LOOK);
                while (line.isPresent()) {
                    hear(line.get());
                    line = talk.poll(Duration.ZERO);
                }
                if (listens) {
                    tellWaits();
                }
            }
            if (listens) {
                UpgradeFeed.cut(talk, cut.getAsInt());
            }
        } catch (HandoverException e) {
            // The new process has ended: what is known is all that there is to know.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Listens on, whatever is said: who does not listen is hung up on, and then taken for dead. */
    private void hear(String line) {
        listens = true;
        try {
            feed.hear(line, generation + 1).ifPresent(this::learn);
        } catch (RuntimeException e) {
            LOG.error("not understood of the new process: {}", line, e);
        }
    }

    private void learn(EndpointSnapshot snapshot) {
        generation++;
        running.learn(snapshot);
    }

    private void tellWaits() throws HandoverException {
        for (var service : running.waiting().entrySet()) {
            int count = service.getValue();
            if (count != told.getOrDefault(service.getKey(), 0)) {
                told.put(service.getKey(), count);
                UpgradeFeed.waits(talk, service.getKey(), count);
            }
        }
    }
}
