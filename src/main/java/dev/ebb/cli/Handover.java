package dev.ebb.cli;

import dev.ebb.console.UpgradeOrder;
import dev.ebb.control.JournalEntry;
import dev.ebb.gateway.Listening;
import dev.ebb.gateway.handover.HandoverDoor;
import dev.ebb.gateway.handover.HandoverException;
import dev.ebb.gateway.handover.Talk;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One upgrade, in the process that is to be relieved. It starts the new process, which so inherits
 * terminal, environment, folder and control group, and goes with it through the steps of {@link
 * UpgradeWords}. Whatever goes wrong before the new one says that it is in charge, the new one is
 * ended, and everything is taken back. For one thread.
 */
final class Handover {
    private static final Logger LOG = LoggerFactory.getLogger(Handover.class);

    /** One that said itself that it failed ends by itself. */
    private static final Duration OWN_END = Duration.ofSeconds(2);

    private static final Duration END_MAX = Duration.ofSeconds(10);

    /** For a word that may be on its way. */
    private static final Duration LAST_WORD = Duration.ofSeconds(2);

    private static final int TAKE_BACK_TRIES = 20;
    private static final Duration TAKE_BACK_PAUSE = Duration.ofMillis(500);
    private static final int GENERATIONS_MAX = 8;

    private final Upgrades.Running running;
    private final Successor successor;
    private final UpgradeOrder order;
    private final UpgradeProgress progress;
    private final UpgradeWords.Who me = UpgradeWords.Who.me();
    private UpgradeWords.Who other = new UpgradeWords.Who("unknown", 0);
    private Optional<HandoverDoor> door = Optional.empty();
    private Optional<Talk> talk = Optional.empty();
    private Optional<Process> child = Optional.empty();
    private boolean paused;
    private boolean released;

    Handover(
            Upgrades.Running running,
            Successor successor,
            UpgradeOrder order,
            UpgradeProgress progress) {
        this.running = running;
        this.successor = successor;
        this.order = order;
        this.progress = progress;
    }

    /** Goes through the steps; returns whether the new process is in charge. */
    boolean begin() {
        try {
            steps();
            return true;
        } catch (InterruptedException e) {
            takeBack("Ebb is ending");
        } catch (HandoverException e) {
            takeBack(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            takeBack(e.toString());
        } catch (RuntimeException e) {
            LOG.error("the upgrade failed", e);
            takeBack("it should not happen: " + e);
        }
        return false;
    }

    private void steps() throws IOException, HandoverException, InterruptedException {
        Duration limit = order.step();
        HandoverDoor opened = HandoverDoor.open();
        door = Optional.of(opened);
        Process started = start(opened);
        HandoverDoor.Alive alive = () -> checkAlive(started);
        Talk talk = opened.await(pid -> isOf(started, pid), alive, limit);
        this.talk = Optional.of(talk);
        other = UpgradeWords.hearWho(talk, limit);
        UpgradeWords.introduce(talk, me);
        List<Listening> sockets =
                running.sockets().orElseThrow(() -> new HandoverException("no sockets"));
        UpgradeWords.describe(talk, sockets, running.healthy());
        opened.hand(sockets, pid -> isOf(started, pid), () -> checkTalks(talk), limit);
        UpgradeWords.expect(talk, UpgradeWords.RECEIVED, limit);
        progress.step(
                UpgradeWords.RECEIVED,
                "version %s has %s".formatted(other.version(), sockets(sockets.size())));
        UpgradeWords.expect(talk, UpgradeWords.PREPARED, limit);
        progress.step(UpgradeWords.PREPARED, "it has read its configuration and is set up");
        // From here on there may be something to take back, even when it is half done.
        released = true;
        running.release();
        talk.send(UpgradeWords.RELEASED);
        progress.step(UpgradeWords.RELEASED, "pid %d has given up control".formatted(me.pid()));
        UpgradeWords.expect(talk, UpgradeWords.READY, limit);
        progress.step(UpgradeWords.READY, "it has the instances and knows their health");
        paused = true;
        running.accept(false);
        talk.send(UpgradeWords.YOURS);
        awaitInCharge(talk, limit);
        progress.step(
                UpgradeWords.IN_CHARGE,
                "version %s, pid %d, has taken over".formatted(other.version(), other.pid()));
    }

    /**
     * The new process accepts once it has said this. So whoever wants Ebb to end has to wait for
     * the word a moment longer: by then it may be under way, and clients connected.
     */
    private static void awaitInCharge(Talk talk, Duration limit)
            throws HandoverException, InterruptedException {
        try {
            UpgradeWords.expect(talk, UpgradeWords.IN_CHARGE, limit);
        } catch (InterruptedException e) {
            try {
                UpgradeWords.expect(talk, UpgradeWords.IN_CHARGE, LAST_WORD);
            } catch (HandoverException silent) {
                throw e;
            }
        }
    }

    private static String sockets(int count) {
        return count == 1 ? "the listening socket" : "the " + count + " listening sockets";
    }

    private Process start(HandoverDoor opened) throws IOException {
        var command = successor.command(order.program(), order.file(), opened.folder());
        Process started =
                new ProcessBuilder(command)
                        .redirectInput(Redirect.from(new java.io.File("/dev/null")))
                        .redirectOutput(Redirect.INHERIT)
                        .redirectError(Redirect.INHERIT)
                        .start();
        child = Optional.of(started);
        other = new UpgradeWords.Who("unknown", started.pid());
        progress.step("started", "%s runs as pid %d".formatted(order.program(), started.pid()));
        return started;
    }

    private static void checkAlive(Process started) throws HandoverException {
        if (!started.isAlive()) {
            throw new HandoverException(
                    "the new process ended with code %d before it was set up; what it says is in"
                                    .formatted(started.exitValue())
                            + " Ebb's output");
        }
    }

    /** Nothing is to be said before the sockets are taken, but why they are not. */
    private static void checkTalks(Talk talk) throws HandoverException, InterruptedException {
        if (talk.hasEnded()) {
            UpgradeWords.expect(talk, UpgradeWords.RECEIVED, Duration.ZERO);
        }
    }

    /** The process that was started, or one that a script started in its place. */
    private static boolean isOf(Process started, long pid) {
        Optional<ProcessHandle> at = ProcessHandle.of(pid);
        for (int i = 0; i < GENERATIONS_MAX && at.isPresent(); i++) {
            if (at.get().pid() == started.pid()) {
                return true;
            }
            at = at.get().parent();
        }
        return false;
    }

    // ---- The way back

    private void takeBack(String why) {
        boolean gone = end();
        if (paused) {
            running.accept(true);
        }
        boolean whole = !released || (gone && takeControlBack());
        running.note(
                new JournalEntry.Upgraded(
                        System.currentTimeMillis(),
                        me.version(),
                        me.pid(),
                        other.version(),
                        other.pid(),
                        Optional.of(why)));
        String state =
                whole
                        ? "pid %d is in charge as before".formatted(me.pid())
                        : "pid %d still serves, but could not take control back: restart it soon"
                                .formatted(me.pid());
        progress.step(UpgradeProgress.FAILED, why + "; " + state);
        door.ifPresent(HandoverDoor::close);
    }

    /** Ends the new process: never in order, because that would stop the instances. */
    private boolean end() {
        if (child.isEmpty()) {
            return true;
        }
        Process started = child.get();
        Optional<ProcessHandle> real =
                ProcessHandle.of(other.pid()).filter(p -> isOf(started, p.pid()));
        boolean byItself = false;
        try {
            byItself = started.waitFor(paused ? 0 : OWN_END.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!byItself) {
            real.ifPresent(ProcessHandle::destroyForcibly);
            started.destroyForcibly();
        }
        boolean gone = hasEnded(started.toHandle()) && real.map(Handover::hasEnded).orElse(true);
        if (!gone) {
            LOG.error("the new process (pid {}) does not end", other.pid());
        }
        return gone;
    }

    private static boolean hasEnded(ProcessHandle process) {
        boolean interrupted = Thread.interrupted();
        try {
            process.onExit().get(END_MAX.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (InterruptedException e) {
            interrupted = true;
            return !process.isAlive();
        } catch (ExecutionException | TimeoutException e) {
            return !process.isAlive();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private boolean takeControlBack() {
        // Whoever wants Ebb to end wants it to end in order, and for that it must be ours again.
        boolean interrupted = Thread.interrupted();
        try {
            for (int i = 1; ; i++) {
                try {
                    running.takeBack();
                    return true;
                } catch (Failure e) {
                    LOG.warn("control cannot be taken back yet: {}", e.line());
                    if (i == TAKE_BACK_TRIES) {
                        return false;
                    }
                }
                TimeUnit.MILLISECONDS.sleep(TAKE_BACK_PAUSE.toMillis());
            }
        } catch (InterruptedException e) {
            interrupted = true;
            return false;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    // ---- The way out

    /** Answers what is open, and closes. The new process learns of our end by it. */
    void leave() {
        progress.step(
                "draining",
                "pid %d answers what is open, for %s at most"
                        .formatted(me.pid(), Texts.span(running.leaveLimit())));
        var leaving = new Leaving(talk.orElseThrow(), running);
        leaving.begin();
        int cut = running.leave();
        if (cut > 0) {
            LOG.warn("{} still open after the upgrade, and cut", Texts.count(cut, "connection"));
        }
        leaving.end(cut);
        String also = cut == 0 ? "" : " and cut " + Texts.count(cut, "connection");
        progress.step(UpgradeProgress.LEFT, "pid %d has ended%s".formatted(me.pid(), also));
        door.ifPresent(HandoverDoor::close);
    }
}
