package dev.ebb.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a policy's schedules say of one moment: floors as needs of their own, ceilings as a lower
 * maximum. A floor is asked for early enough to be met when its window opens, and removals heed it
 * earlier still. The highest floor counts and the lowest ceiling; a floor goes before a ceiling.
 * Pure.
 */
final class Calendar {
    /** The source of a need that comes from a schedule. */
    static final String SOURCE = "schedule";

    /** How long a start is taken to last before one was measured. */
    private static final Duration FIRST_GUESS = Duration.ofSeconds(30);

    /** The next start may take longer than those that were measured by a quarter of them. */
    private static final int SLOWER = 4;

    /** Until a decision is made, carried out and seen. */
    private static final Duration NOTICE = Duration.ofSeconds(5);

    private final Policy policy;
    private final List<Schedule> schedules;
    private final long wallMillis;
    private final Duration lead;
    private final boolean ordered;
    private final int standing;

    Calendar(Policy policy, ServiceState state, Now now) {
        this.policy = policy;
        this.schedules = policy.bounds().map(Bounds::schedules).orElse(List.of());
        this.wallMillis = now.wallMillis();
        this.lead = lead(policy, state);
        this.ordered = state.ordered().isPresent();
        this.standing = state.standing();
    }

    /** From the order of an instance until it has its full share. */
    private static Duration lead(Policy policy, ServiceState state) {
        double measured = state.load().forecasts().startSeconds();
        Duration start =
                measured > 0 ? Duration.ofMillis(Math.round(measured * 1000)) : FIRST_GUESS;
        Duration most = policy.start().timeout();
        Duration likely = start.compareTo(most) < 0 ? start : most;
        return likely.plus(likely.dividedBy(SLOWER)).plus(state.warmup()).plus(NOTICE);
    }

    /** The policy with the most instances that the ceilings of this moment leave. */
    Policy bounded() {
        Optional<Schedule> ceiling = ceiling();
        if (ceiling.isEmpty() || ordered) {
            return policy;
        }
        Policy.Range range = policy.range();
        int floor = highestFloor(lead);
        // What a floor would have started again before it is worth the while is left standing.
        int kept = Math.min(standing, highestFloor(lead.plus(removal())));
        int most = Math.max(Math.max(floor, kept), ceiling.get().max().orElse(range.max()));
        int max = Math.clamp(most, Math.max(1, range.min()), range.max());
        return policy.withRange(new Policy.Range(range.min(), max, Math.min(range.initial(), max)));
    }

    private int highestFloor(Duration ahead) {
        return schedules.stream().mapToInt(s -> floor(s, ahead)).max().orElse(0);
    }

    /** A removal within so long of a floor would be undone by it. */
    private Duration removal() {
        return policy.in().stabilization().plus(policy.trial().longest());
    }

    /** The lowest ceiling that is open. */
    Optional<Schedule> ceiling() {
        return schedules.stream()
                .filter(s -> s.max().isPresent() && s.open(wallMillis).isPresent())
                .min(Comparator.comparingInt(s -> s.max().getAsInt()));
    }

    private int floor(Schedule schedule, Duration ahead) {
        OptionalInt min = schedule.min();
        return min.isPresent() && window(schedule, ahead).isPresent() ? min.getAsInt() : 0;
    }

    private Optional<Schedule.Window> window(Schedule schedule, Duration ahead) {
        return schedule.open(wallMillis).or(() -> schedule.next(wallMillis, ahead));
    }

    /** What the floors ask for. */
    List<Need> needs() {
        List<Need> needs = new ArrayList<>();
        for (Schedule schedule : schedules) {
            if (schedule.min().isPresent()) {
                window(schedule, lead.plus(removal())).ifPresent(w -> needs.add(need(schedule, w)));
            }
        }
        return needs;
    }

    private Need need(Schedule schedule, Schedule.Window window) {
        int min = schedule.min().orElse(0);
        int out = floor(schedule, lead);
        boolean open = window.fromMillis() <= wallMillis;
        String when =
                open
                        ? "until " + schedule.text(window.untilMillis())
                        : "from " + schedule.text(window.fromMillis());
        String text = "schedule '%s' wants at least %d %s".formatted(schedule.name(), min, when);
        return new Need(
                SOURCE,
                out,
                min,
                new Reason(
                        "need_" + SOURCE,
                        text + exceeded(min),
                        Map.of("min", (double) min, "lead_s", lead.toMillis() / 1000.0)));
    }

    private String exceeded(int min) {
        return ceiling()
                .filter(c -> c.max().orElse(min) < min)
                .map(c ->
                        ", which goes before the %d that schedule '%s' allows"
                                .formatted(c.max().orElse(min), c.name()))
                .orElse("");
    }

    /** That a ceiling keeps instances from being added that the load asks for. */
    Optional<Hold> heldBack(List<Need> needs) {
        int asked = needs.stream().mapToInt(Need::out).max().orElse(0);
        return ceiling()
                .filter(c -> asked > policy.range().max() && asked > c.max().orElse(asked))
                .flatMap(c -> c.open(wallMillis).map(w -> heldBack(c, w, asked)));
    }

    private static Hold heldBack(Schedule ceiling, Schedule.Window window, int asked) {
        int most = ceiling.max().orElse(asked);
        return new Hold(
                new Reason(
                        "ceiling",
                        "%s asked for, schedule '%s' allows %d"
                                .formatted(Text.instances(asked), ceiling.name(), most),
                        Map.of("asked", (double) asked, "most", (double) most)),
                "its end at " + ceiling.text(window.untilMillis()));
    }

    /** Why fewer are wanted, where a ceiling says so. */
    Optional<String> fewer(int wanted) {
        return ceiling()
                .filter(c -> c.max().orElse(0) == wanted)
                .map(c -> "schedule '%s' allows %d".formatted(c.name(), wanted));
    }
}
