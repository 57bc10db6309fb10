package dev.ebb.cli;

import dev.ebb.control.JournalEntry;
import dev.ebb.core.InstanceId;
import dev.ebb.core.ServiceName;
import dev.ebb.gateway.Listening;
import dev.ebb.gateway.handover.HandoverException;
import dev.ebb.gateway.handover.HandoverGuest;
import dev.ebb.gateway.handover.Talk;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * The new process's side of an upgrade; the other side is {@link Handover}. Until it has been told
 * that all is its own it accepts nothing, so that it may be ended without loss. For one thread.
 */
final class TakeOver {
    /** The other side has limits that are stricter; this is for one that is stopped. */
    private static final Duration LIMIT = Duration.ofMinutes(10);

    /** For the first checks; after it, one good instance of each service will do. */
    private static final Duration HEALTH = Duration.ofSeconds(8);

    private static final Duration LOOK = Duration.ofMillis(20);
    private static final Duration END = Duration.ofSeconds(10);

    /** What is to be in charge; stands beside the old process until it is. For one thread. */
    interface Heir {
        /**
         * Takes what only one process may have.
         *
         * @throws Failure when it cannot be had
         */
        void takeControl() throws InterruptedException;

        /** Those in rotation whose checks are good. */
        Set<InstanceId> healthy();

        /** Those in rotation, whatever their checks say. */
        Set<InstanceId> inRotation();

        /** Begins to take connections. */
        void accept(boolean on);

        void note(JournalEntry.OfEbb entry);

        /** Gives back what it took and ends, at most for so long; the instances run on. */
        void withdraw(Duration limit) throws InterruptedException;
    }

    /** Makes it, of what the old process gives. */
    @FunctionalInterface
    interface Maker<H extends Heir> {
        /**
         * @param sockets of the old process, which still accepts there
         * @param before the old process, which still has requests in flight
         * @throws Failure with one line for people
         */
        H beside(List<Listening> sockets, Predecessor before);
    }

    private final HandoverGuest guest;

    private TakeOver(HandoverGuest guest) {
        this.guest = guest;
    }

    /**
     * Takes over.
     *
     * @param door where the old process waits
     * @return an Ebb that is in charge, and serves
     * @throws Failure with one line for people; then the old process is in charge as before
     */
    static <H extends Heir> H from(Path door, Maker<H> maker) throws InterruptedException {
        HandoverGuest guest;
        try {
            guest = HandoverGuest.enter(door);
        } catch (HandoverException e) {
            throw new Failure(Exit.FAILED, String.valueOf(e.getMessage()));
        }
        try {
            return new TakeOver(guest).run(maker);
        } catch (HandoverException e) {
            throw given(guest, new Failure(Exit.FAILED, String.valueOf(e.getMessage())));
        } catch (Failure e) {
            throw given(guest, e);
        }
    }

    /** The old process is told why. */
    private static Failure given(HandoverGuest guest, Failure failure) {
        try {
            UpgradeWords.fail(guest.talk(), failure.line());
        } catch (HandoverException e) {
            failure.addSuppressed(e);
        }
        guest.close();
        return failure;
    }

    private <H extends Heir> H run(Maker<H> maker) throws HandoverException, InterruptedException {
        Talk talk = guest.talk();
        UpgradeWords.Who me = UpgradeWords.Who.me();
        UpgradeWords.introduce(talk, me);
        UpgradeWords.Greeting old = UpgradeWords.hearGreeting(talk, LIMIT);
        List<Listening> sockets = guest.take(old.listeners(), END);
        talk.send(UpgradeWords.RECEIVED);
        var before = new Predecessor(talk, old);
        H ebb = maker.beside(sockets, before);
        try {
            talk.send(UpgradeWords.PREPARED);
            UpgradeWords.expect(talk, UpgradeWords.RELEASED, LIMIT);
            ebb.takeControl();
            awaitHealth(ebb, old.healthy());
            talk.send(UpgradeWords.READY);
            UpgradeWords.expect(talk, UpgradeWords.YOURS, LIMIT);
            talk.send(UpgradeWords.IN_CHARGE);
        } catch (HandoverException | Failure e) {
            // The instances live on: they are the other one's again.
            ebb.withdraw(END);
            throw e;
        }
        ebb.accept(true);
        ebb.note(
                new JournalEntry.Upgraded(
                        System.currentTimeMillis(),
                        old.who().version(),
                        old.who().pid(),
                        me.version(),
                        me.pid(),
                        Optional.empty()));
        before.follow(cut ->
                ebb.note(
                        new JournalEntry.CutOff(System.currentTimeMillis(), old.who().pid(), cut)));
        return ebb;
    }

    /**
     * Nobody is to be refused for want of knowledge: what the old process knew to be well is well
     * here, too.
     *
     * @throws HandoverException when a service that had a good instance has none here
     */
    private static void awaitHealth(Heir ebb, Set<InstanceId> before)
            throws HandoverException, InterruptedException {
        long until = System.nanoTime() + HEALTH.toNanos();
        while (true) {
            Set<InstanceId> healthy = ebb.healthy();
            Set<InstanceId> missing = new HashSet<>(before);
            missing.retainAll(ebb.inRotation());
            missing.removeAll(healthy);
            if (missing.isEmpty()) {
                return;
            }
            if (System.nanoTime() - until > 0) {
                Set<ServiceName> served =
                        healthy.stream().map(InstanceId::service).collect(Collectors.toSet());
                Optional<InstanceId> unserved =
                        missing.stream().filter(id -> !served.contains(id.service())).findFirst();
                if (unserved.isPresent()) {
                    throw new HandoverException(
                            "no instance of %s is well in the eyes of the new process"
                                    .formatted(unserved.get().service()));
                }
                return;
            }
            TimeUnit.MILLISECONDS.sleep(LOOK.toMillis());
        }
    }
}
