package dev.ebb.observe;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * CPU time of all processes of one session, which never goes back. The sum over the processes that
 * live would: when one ends, its time goes to its parent only if that waits for it, and is lost to
 * us if the parent ignores its children, has ended before, or is outside the session. So what each
 * process had when it was last seen is carried on, unless an ancestor that still lives has taken it
 * over. What a process uses between the last reading and its end may be missed, never counted
 * twice. Processes are read one after the other, parents before their children: one may have ended
 * when its turn comes, whose parent was read before it took over. So what was carried on for want
 * of an heir's word is given back if the heir has it at the next reading. Not safe for use by
 * several threads.
 */
final class SessionUsage {
    private static final long NOBODY = 0;

    private final long leaderStartTicks;
    private Map<Long, ProcessUsage> last = Map.of();
    private long carriedTicks;

    /** The part of what is carried that an ancestor may yet turn out to have, by its pid. */
    private Map<Long, Long> unsettled = Map.of();

    private long totalTicks;

    SessionUsage(long leaderStartTicks) {
        this.leaderStartTicks = leaderStartTicks;
    }

    /** Whether this is about the session that this process leads, and not an earlier one. */
    boolean isOf(ProcessUsage leader) {
        return leader.startTicks() == leaderStartTicks;
    }

    /** Takes a reading of all processes of the session; returns the total up to now, in ticks. */
    long update(Collection<ProcessUsage> processes) {
        var now = new HashMap<Long, ProcessUsage>();
        processes.forEach(process -> now.put(process.pid(), process));
        var ended = new HashMap<Long, Long>();
        for (ProcessUsage earlier : last.values()) {
            if (!lives(earlier, now)) {
                ended.merge(heir(earlier, now), earlier.ticks(), Long::sum);
            }
        }
        carry(ended, now);
        last = now;
        long sum = now.values().stream().mapToLong(ProcessUsage::ticks).sum();
        totalTicks = Math.max(totalTicks, sum + carriedTicks);
        return totalTicks;
    }

    /** What no heir has taken over is carried on; by heir, what those who have ended had. */
    private void carry(Map<Long, Long> ended, Map<Long, ProcessUsage> now) {
        var lost = new HashMap<>(ended);
        unsettled.forEach((pid, ticks) -> {
            carriedTicks -= ticks;
            lost.merge(nearest(last.get(pid), now), ticks, Long::sum);
        });
        var open = new HashMap<Long, Long>();
        lost.forEach((heir, ticks) -> {
            long missing = Math.max(0, ticks - inherited(heir, now));
            carriedTicks += missing;
            if (heir != NOBODY) {
                open.put(heir, Math.min(missing, ended.getOrDefault(heir, 0L)));
            }
        });
        unsettled = open;
    }

    /** The nearest ancestor that still lives; nobody when there is none in the session. */
    private long heir(ProcessUsage ended, Map<Long, ProcessUsage> now) {
        return nearest(last.get(ended.parent()), now);
    }

    private long nearest(@Nullable ProcessUsage first, Map<Long, ProcessUsage> now) {
        ProcessUsage ancestor = first;
        // A chain of parents cannot be longer than there are processes.
        for (int i = 0; i < last.size() && ancestor != null; i++) {
            if (lives(ancestor, now)) {
                return ancestor.pid();
            }
            ancestor = last.get(ancestor.parent());
        }
        return NOBODY;
    }

    /** What this process took over from children since the last reading. */
    private long inherited(long heir, Map<Long, ProcessUsage> now) {
        ProcessUsage before = last.get(heir);
        ProcessUsage after = now.get(heir);
        return before == null || after == null ? 0 : after.reapedTicks() - before.reapedTicks();
    }

    private static boolean lives(ProcessUsage earlier, Map<Long, ProcessUsage> now) {
        ProcessUsage present = now.get(earlier.pid());
        return present != null && present.continues(earlier);
    }
}
