package dev.ebb.platform.process;

import dev.ebb.core.InstanceId;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One instance's way to its end. Who belongs to it: whoever bears its token, and everybody in its
 * leader's session. A session's number is given to nobody else while the session has members, but
 * may be afterwards; so once the leader is gone, a member without the token counts only if it began
 * while the leader was known to live. Before each signal a process is looked at again, by start
 * time; pid 1, and Ebb and its group, are never signalled. Used by one thread, but for {@link
 * #hurry}.
 */
final class Ending {
    private static final Logger LOG = LoggerFactory.getLogger(Ending.class);
    private static final long HOPELESS_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final Proc proc;
    private final String bootId;
    private final Target target;
    private final Set<Long> asked = new HashSet<>();
    private volatile long killAtNanos;
    private long leaderLivedAtTicks;
    private int looksWithoutAny;

    /**
     * @param identity of its leader, where known; without it only the token counts
     * @param leaderLivedAtTicks when the leader was last known to live, in ticks since boot; 0 when
     *     that is not known
     */
    record Target(
            InstanceId id, String token, Optional<Identity> identity, long leaderLivedAtTicks) {}

    Ending(Proc proc, String bootId, Target target, long killAtNanos) {
        this.proc = proc;
        this.bootId = bootId;
        this.target = target;
        this.killAtNanos = killAtNanos;
        this.leaderLivedAtTicks = target.leaderLivedAtTicks();
    }

    InstanceId id() {
        return target.id();
    }

    void hurry(long killAt) {
        if (killAt - killAtNanos < 0) {
            killAtNanos = killAt;
        }
    }

    /** Does what is due; true when nothing is left, or nothing more can be done. */
    boolean look(ProcessTable table, long now) {
        boolean due = now - killAtNanos >= 0;
        Proc.Match leader =
                target.identity()
                        .map(it -> proc.match(it, bootId, target.token()))
                        .orElse(Proc.Match.ENDED);
        if (leader == Proc.Match.UNCLEAR) {
            return isHopeless(now);
        }
        boolean leaderLives = leader == Proc.Match.SAME;
        if (leaderLives) {
            leaderLivedAtTicks = proc.uptimeTicks();
            if (!due && !asked.isEmpty()) {
                return false;
            }
        }
        List<ProcStat> left = members(table, leaderLives);
        if (left.isEmpty() && !leaderLives) {
            // The table may be older than the leader's end, or have missed one just forked.
            return ++looksWithoutAny >= 2;
        }
        looksWithoutAny = 0;
        for (ProcStat member : left) {
            if (due) {
                signal(table, left, member, Signals.KILL);
            } else {
                ask(table, left, member);
            }
        }
        return isHopeless(now);
    }

    /** Whether force has been of no use for a long time; says so. */
    boolean isHopeless(long now) {
        if (now - killAtNanos < HOPELESS_NANOS) {
            return false;
        }
        LOG.error(
                "{} does not end, not even by force: its processes hang in the kernel, or belong to"
                        + " another user; look at pid {}",
                id(),
                target.identity().map(it -> Long.toString(it.pid())).orElse("unknown"));
        return true;
    }

    private List<ProcStat> members(ProcessTable table, boolean leaderLives) {
        Stream<ProcStat> session =
                target.identity().map(it -> table.ofSession(it.pid())).orElse(List.of()).stream()
                        .filter(it -> leaderLives || it.startTicks() < leaderLivedAtTicks);
        return Stream.concat(session, table.bearing(target.token()).stream()).distinct().toList();
    }

    /** Once: some programs take a second SIGTERM as an order to drop everything. */
    private void ask(ProcessTable table, List<ProcStat> all, ProcStat member) {
        long target = target(table, all, member);
        if (asked.add(target)) {
            signal(table, all, member, Signals.TERM);
            signal(table, all, member, Signals.CONT);
        }
    }

    private void signal(ProcessTable table, List<ProcStat> all, ProcStat member, int signal) {
        boolean stillThere =
                proc.look(member.pid()) instanceof Proc.Seen.There(ProcStat present)
                        && present.startTicks() == member.startTicks()
                        && present.group() == member.group();
        if (stillThere) {
            Signals.send(target(table, all, member), signal);
        }
    }

    /**
     * The member's whole group (negative), so that what it forks meanwhile is reached too; or only
     * itself, where the group is not the instance's alone. A process that is not yet at its gate is
     * still in the group of the Ebb that started it, and of whoever started that.
     */
    private long target(ProcessTable table, List<ProcStat> all, ProcStat member) {
        boolean groupIsOurs =
                member.group() != ownGroup() && all.containsAll(table.ofGroup(member.group()));
        return groupIsOurs ? -member.group() : member.pid();
    }

    private long ownGroup() {
        return proc.look(ProcessHandle.current().pid()) instanceof Proc.Seen.There(ProcStat self)
                ? self.group()
                : 0;
    }
}
