package dev.ebb.control;

import dev.ebb.core.Command;
import dev.ebb.core.Decision;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Now;
import dev.ebb.core.Planned;
import dev.ebb.core.Policy;
import dev.ebb.core.Ranked;
import dev.ebb.core.ServiceState;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Keeps one service's recommendation for as long as the newest decision bears it out, so that a
 * person can read it before it changes. Control thread only.
 */
final class Advice {
    /** Whoever approves has seen the fleet as it was at most that long ago. */
    static final Duration LIMIT = Duration.ofMinutes(5);

    private Optional<Recommendation> current = Optional.empty();
    private long madeNanos;

    /** After each decision. */
    void note(Decision decision, Policy policy, Now now) {
        List<Planned> withheld = withheld(decision);
        boolean none = policy.mode() != Policy.Mode.RECOMMEND || decision.state().frozen();
        if (none || withheld.isEmpty()) {
            withdraw();
        } else if (isOver(now) || approved(decision).isEmpty()) {
            current = Optional.of(recommendation(decision.state(), withheld, now));
            madeNanos = now.monotonicNanos();
        }
    }

    void withdraw() {
        current = Optional.empty();
    }

    /** What waits for an approval. */
    Optional<Recommendation> current() {
        return current;
    }

    /** Whether there is none, or it is too old to be approved. */
    boolean isOver(Now now) {
        return current.isEmpty() || now.isPast(madeNanos, LIMIT);
    }

    /**
     * The commands of the recommendation, where a decision asks for at least as much: as many
     * starts, or as many parks with each victim still a candidate. Otherwise none.
     */
    List<Planned> approved(Decision fresh) {
        List<Planned> withheld = withheld(fresh);
        List<Planned> mine = current.map(Recommendation::planned).orElse(List.of());
        if (mine.isEmpty() || withheld.size() < mine.size() || starts(mine) != starts(withheld)) {
            return List.of();
        }
        if (starts(mine)) {
            // The names of what is started are given when it is.
            return withheld.subList(0, mine.size());
        }
        Set<InstanceId> candidates =
                fresh.explanation().ranking().stream()
                        .map(Ranked::id)
                        .collect(Collectors.toUnmodifiableSet());
        return mine.stream().allMatch(p -> candidates.contains(p.command().id()))
                ? mine
                : List.of();
    }

    private static boolean starts(List<Planned> planned) {
        return planned.getFirst().command() instanceof Command.Start;
    }

    /** What the mode alone keeps from being done. */
    private static List<Planned> withheld(Decision decision) {
        List<Planned> all = decision.explanation().planned();
        return all.subList(decision.commands().size(), all.size());
    }

    private static Recommendation recommendation(
            ServiceState state, List<Planned> withheld, Now now) {
        int change = starts(withheld) ? withheld.size() : -withheld.size();
        long made = now.wallMillis();
        // Not of the reasons: their figures are in no order, and another process has another one.
        String content =
                state.name() + " " + made + " " + withheld.stream().map(Planned::command).toList();
        return new Recommendation(
                "%08x".formatted(content.hashCode()),
                made,
                made + LIMIT.toMillis(),
                state.standing(),
                state.standing() + change,
                withheld);
    }
}
