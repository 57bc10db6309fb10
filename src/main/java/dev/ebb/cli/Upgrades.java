package dev.ebb.cli;

import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.console.UpgradeOrder;
import dev.ebb.control.JournalEntry;
import dev.ebb.control.Order.Answer;
import dev.ebb.core.InstanceId;
import dev.ebb.core.ServiceName;
import dev.ebb.gateway.Listening;
import dev.ebb.gateway.handover.HandoverDoor;
import dev.ebb.gateway.handover.HandoverException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The upgrades of a running process: one at a time, each on a thread of its own, until one of them
 * succeeds. Safe for use by several threads.
 */
final class Upgrades {
    private static final Logger LOG = LoggerFactory.getLogger(Upgrades.class);
    private static final Duration GIVE_UP_MAX = Duration.ofSeconds(60);

    /** What an upgrade does to the process that it is to relieve. For the upgrade's thread. */
    interface Running {
        /** Why it cannot be relieved now, and what to do. */
        Optional<String> refusal();

        /** Empty when its transport cannot hand them over. */
        Optional<List<Listening>> sockets();

        Set<InstanceId> healthy();

        /** Takes connections, or takes no more. */
        void accept(boolean on);

        /**
         * Gives up the journal, the instances, the lock; the gateway goes on as it is.
         *
         * @throws HandoverException when that cannot be done in time
         */
        void release() throws HandoverException, InterruptedException;

        /**
         * Takes back what was given up.
         *
         * @throws Failure when it cannot be had
         */
        void takeBack() throws InterruptedException;

        void note(JournalEntry.OfEbb entry);

        /**
         * Answers what is open, for so long at most, and closes. Returns how many connections it
         * had to cut.
         */
        int leave();

        /** Meanwhile: where a service's instances are now. Any thread. */
        void learn(EndpointSnapshot snapshot);

        /** Meanwhile: how many requests wait for a first instance, by service. Any thread. */
        Map<ServiceName, Integer> waiting();

        Duration leaveLimit();

        /** Everything is done; the process may end. */
        void left();
    }

    private final Running running;
    private final Path state;
    private final Optional<Successor> successor;
    private Optional<UnderWay> last = Optional.empty();
    private boolean givenUp;
    private volatile boolean over;

    /**
     * One that has begun.
     *
     * @param decided once the new process is in charge, or everything is taken back
     */
    private record UnderWay(Thread thread, CountDownLatch decided) {}

    /**
     * @param state the folder, where the progress is written
     * @param successor how this program is started anew; empty where it cannot be
     */
    Upgrades(Running running, Path state, Optional<Successor> successor) {
        this.running = running;
        this.state = state;
        this.successor = successor;
    }

    /** Begins one, and returns at once; how it goes is in {@link UpgradeProgress}. */
    synchronized Answer begin(UpgradeOrder order) {
        Optional<String> refusal = refusal(order);
        if (refusal.isPresent()) {
            return new Answer.Refused(refusal.get());
        }
        UpgradeProgress progress;
        try {
            progress = UpgradeProgress.begin(state);
        } catch (IOException e) {
            return new Answer.Refused("cannot write to %s: %s".formatted(state, e));
        }
        var handover = new Handover(running, successor.orElseThrow(), order, progress);
        var decided = new CountDownLatch(1);
        var started = new Thread(() -> run(handover, decided), "upgrade");
        started.setDaemon(true);
        started.start();
        last = Optional.of(new UnderWay(started, decided));
        return new Answer.Done("the upgrade has begun");
    }

    private void run(Handover handover, CountDownLatch decided) {
        try {
            boolean succeeded = handover.begin();
            decide(succeeded);
            decided.countDown();
            if (succeeded) {
                handover.leave();
                running.left();
            }
        } catch (RuntimeException e) {
            LOG.error("the upgrade failed in a way that should not happen", e);
        } finally {
            decided.countDown();
        }
    }

    /** From here on nobody interrupts, and what did so before is of no matter any more. */
    private synchronized void decide(boolean succeeded) {
        over = succeeded;
        if (succeeded) {
            boolean _ = Thread.interrupted();
        }
    }

    private Optional<String> refusal(UpgradeOrder order) {
        if (successor.isEmpty()) {
            return Optional.of(
                    "a demo cannot be upgraded, only `ebb run` and `ebb proxy`; end it, and start"
                            + " it anew");
        }
        if (order.file().isPresent() && successor.get().file().isEmpty()) {
            return Optional.of("`ebb proxy` has no configuration file; leave --config out");
        }
        if (givenUp) {
            return Optional.of("Ebb is ending");
        }
        if (last.filter(one -> one.thread().isAlive()).isPresent()) {
            return Optional.of("an upgrade is under way; see: ebb status");
        }
        if (!HandoverDoor.isAvailable() || running.sockets().isEmpty()) {
            return Optional.of(
                    "the gateway's transport cannot hand over its sockets; only epoll can"
                            + " ('gateway.transport', or --transport); restart Ebb instead");
        }
        return running.refusal().or(() -> unfit(order.program()));
    }

    /** A program that anyone could have put there is not run with our rights. */
    static Optional<String> unfit(String program) {
        Path path = Path.of(program);
        if (!path.isAbsolute() || !Files.isRegularFile(path) || !Files.isExecutable(path)) {
            return Optional.of("%s is no program with an absolute path".formatted(program));
        }
        try {
            Set<PosixFilePermission> rights = Files.getPosixFilePermissions(path);
            return rights.contains(PosixFilePermission.OTHERS_WRITE)
                    ? Optional.of("%s may be changed by anyone; see: chmod o-w".formatted(program))
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.of("%s cannot be looked at: %s".formatted(program, e));
        }
    }

    /**
     * Ebb is to end: an upgrade that is under way is taken back, and none begins any more. Waits
     * until that is done, and not for what one that has succeeded still answers.
     *
     * @return whether one has succeeded, so that there is nothing left here to end
     */
    boolean giveUp() throws InterruptedException {
        Optional<UnderWay> underWay;
        synchronized (this) {
            givenUp = true;
            underWay = last;
            if (!over) {
                underWay.ifPresent(one -> one.thread().interrupt());
            }
        }
        if (underWay.isPresent()
                && !underWay.get().decided().await(GIVE_UP_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
            LOG.error("the upgrade is not taken back after {}", Texts.span(GIVE_UP_MAX));
        }
        return over;
    }
}
