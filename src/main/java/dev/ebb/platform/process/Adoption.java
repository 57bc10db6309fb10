package dev.ebb.platform.process;

import dev.ebb.control.Platform.Known;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the leader of an instance of an earlier life of Ebb: by the identity in the journal, else
 * by that in the run file, else by the token among all processes. By token only leaders of a
 * session count, because an instance's children inherit the token; of several (a child that made a
 * session of its own) the one that began first. Used by one thread.
 */
final class Adoption {
    private static final Logger LOG = LoggerFactory.getLogger(Adoption.class);
    private static final long BLANK_NANOS_MAX = TimeUnit.SECONDS.toNanos(1);
    private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final Proc proc;
    private final String bootId;
    private final RunFiles runFiles;
    private ProcessTable table;
    private boolean sawBlanks;

    Adoption(Proc proc, String bootId, RunFiles runFiles) {
        this.proc = proc;
        this.bootId = bootId;
        this.runFiles = runFiles;
        this.table = new ProcessTable(proc);
    }

    /** The identity of its leader, if that lives. */
    Optional<Identity> find(Known known) {
        String token = known.intent().token();
        for (Identity identity : recorded(known)) {
            Proc.Match match = proc.match(identity, bootId, token);
            if (match == Proc.Match.UNCLEAR) {
                LOG.warn("cannot look at pid {} of {}", identity.pid(), known.intent().id());
            }
            if (match != Proc.Match.ENDED) {
                return Optional.of(identity);
            }
        }
        return byToken(token);
    }

    /** What was written down of it, whether it lives or not. */
    List<Identity> recorded(Known known) {
        Optional<Identity> inRunFile =
                runFiles.read(known.intent().id())
                        .filter(entry -> entry.token().equals(known.intent().token()))
                        .map(RunFiles.Entry::identity);
        return Stream.concat(known.identity().flatMap(Identity::parse).stream(), inRunFile.stream())
                .distinct()
                .toList();
    }

    private Optional<Identity> byToken(String token) {
        Optional<Identity> found = leaderBearing(token);
        long began = System.nanoTime();
        // In the middle of exec a process shows an empty environment, for a moment. One that has
        // none at all shows the same for ever, so this is waited for once.
        while (found.isEmpty()
                && !sawBlanks
                && table.anyBlankLeader()
                && System.nanoTime() - began < BLANK_NANOS_MAX) {
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
            table = new ProcessTable(proc);
            found = leaderBearing(token);
        }
        sawBlanks = true;
        return found;
    }

    private Optional<Identity> leaderBearing(String token) {
        return table.bearing(token).stream()
                .filter(ProcStat::leadsSession)
                .min(Comparator.comparingLong(ProcStat::startTicks))
                .map(stat -> new Identity(bootId, stat.pid(), stat.startTicks()));
    }
}
