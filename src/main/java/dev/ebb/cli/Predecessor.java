package dev.ebb.cli;

import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.core.Hold;
import dev.ebb.core.Reason;
import dev.ebb.core.ServiceName;
import dev.ebb.gateway.handover.HandoverException;
import dev.ebb.gateway.handover.Talk;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process that this one has taken over from, as long as it answers what it has. It is told
 * where the instances are, and tells what waits for a first one, so that requests which had to wait
 * in the midst of an upgrade are answered by it. See {@link UpgradeFeed}. Safe for use by several
 * threads.
 */
final class Predecessor {
    private static final Logger LOG = LoggerFactory.getLogger(Predecessor.class);
    private static final Duration LOOK = Duration.ofMillis(50);

    private final Talk talk;
    private final UpgradeWords.Greeting greeting;

    /** Of each service the newest that is not told yet. */
    private final Map<ServiceName, EndpointSnapshot> news = new ConcurrentHashMap<>();

    private final Map<ServiceName, Integer> waiting = new ConcurrentHashMap<>();
    private volatile Runnable wake = () -> {};

    /**
     * @param talk is used here only after {@link #follow}
     */
    Predecessor(Talk talk, UpgradeWords.Greeting greeting) {
        this.talk = talk;
        this.greeting = greeting;
    }

    /** Until it has ended, what it has in flight is counted by nobody here. */
    Optional<Hold> hold() {
        if (talk.hasEnded()) {
            return Optional.empty();
        }
        long pid = greeting.who().pid();
        return Optional.of(
                new Hold(
                        new Reason(
                                "upgrading",
                                "the Ebb before this one, pid %d, still answers requests"
                                                .formatted(pid)
                                        + " that are not counted here",
                                Map.of("pid", (double) pid)),
                        "the end of pid " + pid));
    }

    /** Why there is no other upgrade as long as it lives. */
    Optional<String> refusal() {
        return hold().map(hold -> "%s; wait for %s".formatted(hold.why().text(), hold.release()));
    }

    /** Where a service's instances are from now on. Waits for nothing. */
    void learns(EndpointSnapshot snapshot) {
        if (greeting.listens() && !talk.hasEnded()) {
            news.put(snapshot.service(), snapshot);
        }
    }

    /** Requests that wait there for a first instance. */
    int waiting(ServiceName service) {
        return waiting.getOrDefault(service, 0);
    }

    /** What is to be done when one does, and none did. */
    void onDemand(Runnable what) {
        wake = what;
    }

    /**
     * Begins to tell and to hear; this process is in charge.
     *
     * @param cut is told how many connections it has cut at its end, if any
     */
    void follow(IntConsumer cut) {
        var thread = new Thread(() -> run(cut), "predecessor");
        thread.setDaemon(true);
        thread.start();
    }

    private void run(IntConsumer cut) {
        try {
            if (greeting.listens()) {
                talk.send(UpgradeFeed.LISTENS);
            }
            while (true) {
                for (ServiceName service : List.copyOf(news.keySet())) {
                    EndpointSnapshot newest = news.remove(service);
                    if (newest != null) {
                        UpgradeFeed.tell(talk, newest);
                    }
                }
                Optional<String> line = talk.poll(LOOK);
                if (line.isPresent()) {
                    hear(line.get(), cut);
                }
            }
        } catch (HandoverException e) {
            // It has ended, and nothing waits there any more.
            waiting.clear();
            news.clear();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Listens on, whatever is said: who does not listen is hung up on, and then taken for dead. */
    private void hear(String line, IntConsumer cut) {
        try {
            UpgradeFeed.waits(line).ifPresent(this::waits);
            UpgradeFeed.cut(line).filter(count -> count > 0).ifPresent(cut::accept);
        } catch (RuntimeException e) {
            LOG.error("not understood of the Ebb before this one: {}", line, e);
        }
    }

    private void waits(UpgradeFeed.Wait wait) {
        waiting.put(wait.service(), wait.count());
        if (wait.count() > 0) {
            wake.run();
        }
    }
}
