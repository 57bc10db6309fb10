package dev.ebb.platform.process;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The processes of one moment, each part read when it is first asked for. Not safe for use by
 * several threads.
 */
final class ProcessTable {
    private final Proc proc;
    private @Nullable List<ProcStat> all;
    private @Nullable Map<String, List<ProcStat>> byToken;

    ProcessTable(Proc proc) {
        this.proc = proc;
    }

    /** Those in the session of this leader. */
    List<ProcStat> ofSession(long session) {
        return select(stat -> stat.session() == session);
    }

    /** Those of a process group. */
    List<ProcStat> ofGroup(long group) {
        return select(stat -> stat.group() == group);
    }

    /** Those that bear the token. */
    List<ProcStat> bearing(String token) {
        Map<String, List<ProcStat>> tokens = byToken;
        if (tokens == null) {
            var found = new HashMap<String, List<ProcStat>>();
            for (ProcStat stat : all()) {
                tokenOf(stat)
                        .ifPresent(text ->
                                found.computeIfAbsent(text, any -> new ArrayList<>()).add(stat));
            }
            tokens = found;
            byToken = tokens;
        }
        return tokens.getOrDefault(token, List.of());
    }

    /** Leaders of sessions whose environment shows nothing; they may be in exec. */
    boolean anyBlankLeader() {
        return all().stream()
                .anyMatch(stat -> stat.leadsSession() && proc.environment(stat.pid()).empty());
    }

    private Optional<String> tokenOf(ProcStat stat) {
        // Kernel threads have neither session nor environment.
        return stat.session() == 0 ? Optional.empty() : proc.environment(stat.pid()).token();
    }

    private List<ProcStat> select(Predicate<ProcStat> which) {
        return all().stream().filter(which).toList();
    }

    private List<ProcStat> all() {
        List<ProcStat> known = all;
        if (known == null) {
            known = proc.all();
            all = known;
        }
        return known;
    }
}
