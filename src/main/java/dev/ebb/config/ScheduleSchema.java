package dev.ebb.config;

import dev.ebb.core.Policy;
import dev.ebb.core.Schedule;
import dev.ebb.core.Starts;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/** The keys below {@code policy.schedules}: known events, and what they ask for. */
final class ScheduleSchema {
    private ScheduleSchema() {}

    private static final int MOST = 50;
    private static final ZoneId UTC = ZoneId.of("UTC");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9 ._-]{0,39}");
    private static final Pattern TIME = Pattern.compile("([01]?\\d|2[0-3]):([0-5]\\d)");
    private static final List<String> DAYS =
            List.of("mon", "tue", "wed", "thu", "fri", "sat", "sun");

    /** From here on it is looked whether a schedule has a window at all. */
    private static final long SINCE = Instant.parse("2024-01-01T00:00:00Z").toEpochMilli();

    /** As many windows of one schedule are held against another one. */
    private static final int COMPARED = 500;

    private static final Key<String> NAME_KEY =
            Key.required("name", name(), "By this, decisions and reports call it.");
    private static final Key<Starts> CRON =
            Key.optional(
                    "cron",
                    CronKind.cron(),
                    "When its windows open, instead of `at`. Write it in quotes: `\"0 8 * * 1-5\"`."
                            + " Of a day of the month and one of the week, one is enough.");
    private static final Key<List<LocalTime>> AT =
            Key.optional(
                    "at",
                    new ListKind<>(time(), "times of the day such as 08:30", 96),
                    "At which times of the day its windows open, instead of `cron`.");
    private static final Key<List<List<DayOfWeek>>> DAYS_KEY =
            Key.optional(
                    "days",
                    new ListKind<>(days(), "days such as mon or mon-fri", 7),
                    "With `at`: only on these days of the week.");
    private static final Key<List<LocalDate>> DATES =
            Key.optional(
                    "dates",
                    new ListKind<>(date(), "dates such as 2027-11-26", 366),
                    "With `at`: only on these dates.");
    private static final Key<Duration> FOR =
            Key.required(
                    "for",
                    Kinds.duration(Duration.ofMinutes(1), Duration.ofDays(7)),
                    "How long each window stays open, by the time that passes.");
    private static final Key<ZoneId> ZONE =
            Key.of(
                    "timezone",
                    zone(),
                    UTC,
                    "Whose clock `cron` and `at` mean. Where it goes forward over a time, the"
                            + " window opens when it does; where it goes back over it, at the first"
                            + " of the two.");
    private static final Key<Integer> MIN =
            Key.optional(
                    "min",
                    Kinds.whole(1, 10_000),
                    "At least so many instances meanwhile, ready when the window opens. Of several,"
                            + " the highest counts; it goes before any `max`.");
    private static final Key<Integer> MAX =
            Key.optional(
                    "max",
                    Kinds.whole(1, 10_000),
                    "At most so many instances meanwhile; of several, the lowest counts. What the"
                            + " load needs is not let go for it.");

    private static final Section<Optional<Schedule>> SCHEDULE =
            new Section<>(
                    List.of(NAME_KEY, CRON, AT, DAYS_KEY, DATES, FOR, ZONE, MIN, MAX),
                    ScheduleSchema::schedule);

    static final Key<List<Placed<Optional<Schedule>>>> SCHEDULES =
            Key.optional(
                    "schedules",
                    new OneOrMany<>(SCHEDULE, MOST),
                    "Known events: floors and ceilings for a time. See bounds.md.");

    private static Kind<String> name() {
        return Kinds.scalar(
                "a name of 1 to 40 letters, digits, blanks, '.', '_' and '-'",
                text ->
                        NAME.matcher(text).matches()
                                ? Kinds.good(text)
                                : Kinds.bad(
                                        "is no name; it is 1 to 40 letters, digits, blanks, '.',"
                                                + " '_' and '-'"),
                text -> text);
    }

    private static Kind<LocalTime> time() {
        return Kinds.scalar(
                "a time of the day such as 08:30",
                text ->
                        TIME.matcher(text).matches()
                                ? Kinds.good(LocalTime.parse(text.length() < 5 ? "0" + text : text))
                                : Kinds.bad("is no time of the day; write for example 08:30"),
                LocalTime::toString);
    }

    private static Kind<LocalDate> date() {
        return Kinds.scalar(
                "a date such as 2027-11-26",
                text -> {
                    try {
                        return Kinds.good(LocalDate.parse(text));
                    } catch (DateTimeParseException _) {
                        return Kinds.bad("is no date; write for example 2027-11-26");
                    }
                },
                LocalDate::toString);
    }

    private static Kind<List<DayOfWeek>> days() {
        return Kinds.scalar(
                "a day such as mon, or days such as mon-fri",
                text -> {
                    String[] ends = text.toLowerCase(Locale.ROOT).split("-", 2);
                    int first = DAYS.indexOf(ends[0]);
                    int last = DAYS.indexOf(ends[ends.length - 1]);
                    if (first < 0 || last < 0) {
                        return Kinds.bad("is no day; write for example mon, or mon-fri");
                    }
                    var days = new ArrayList<DayOfWeek>();
                    for (int i = 0; i <= Math.floorMod(last - first, 7); i++) {
                        days.add(DayOfWeek.of((first + i) % 7 + 1));
                    }
                    return Kinds.good(List.copyOf(days));
                },
                List::toString);
    }

    private static Kind<ZoneId> zone() {
        return Kinds.scalar(
                "a time zone such as Europe/Berlin or UTC",
                text -> {
                    if (text.equals("UTC") || text.equals("Z")) {
                        return Kinds.good(UTC);
                    }
                    return ZoneId.getAvailableZoneIds().contains(text)
                            ? Kinds.good(ZoneId.of(text))
                            : Kinds.bad(
                                    "is no time zone; "
                                            + Nearest.to(text, ZoneId.getAvailableZoneIds())
                                                    .map(near -> "did you mean '" + near + "'?")
                                                    .orElse("write for example Europe/Berlin"));
                },
                ZoneId::getId);
    }

    private static Optional<Schedule> schedule(Values v, Problems problems) {
        int before = problems.errors();
        boolean cron = v.given(CRON).isPresent();
        boolean at = v.given(AT).isPresent();
        if (v.sound(CRON, AT) && cron == at) {
            problems.error(
                    v.place(),
                    cron
                            ? "'cron' and 'at' are both here; keep one of them"
                            : "it says not when; give 'cron', or 'at' with 'days' or 'dates'");
        }
        for (Key<?> key : List.of(DAYS_KEY, DATES)) {
            if (cron && v.given(key).isPresent()) {
                problems.error(
                        v.place(key),
                        "'%s' goes with 'at', not with 'cron'; remove one".formatted(key.name()));
            }
        }
        if (v.given(DAYS_KEY).isPresent() && v.given(DATES).isPresent()) {
            problems.error(v.place(DATES), "'days' and 'dates' are both here; keep one of them");
        }
        OptionalInt min = number(v, MIN);
        OptionalInt max = number(v, MAX);
        if (v.sound(MIN, MAX) && min.isEmpty() && max.isEmpty()) {
            problems.error(v.place(), "it asks for nothing; give 'min', 'max' or both");
        }
        if (min.orElse(0) > max.orElse(Integer.MAX_VALUE)) {
            problems.error(
                    v.place(MAX),
                    "min %d is more than max %d".formatted(min.getAsInt(), max.getAsInt()));
        }
        if (problems.errors() > before || !v.sound(CRON, AT, DAYS_KEY, DATES, MIN, MAX)) {
            return Optional.empty();
        }
        var read = new Schedule(v.of(NAME_KEY), starts(v), v.of(FOR), v.of(ZONE), min, max);
        if (begins(read, SINCE).isEmpty() && v.given(DATES).isEmpty()) {
            problems.error(v.place(CRON), "it never begins: there is no such day");
        }
        return Optional.of(read);
    }

    private static OptionalInt number(Values v, Key<Integer> key) {
        return v.given(key).map(OptionalInt::of).orElseGet(OptionalInt::empty);
    }

    private static Starts starts(Values v) {
        return v.given(CRON)
                .orElseGet(() ->
                        new Starts(
                                v.of(AT),
                                v.given(DATES).orElse(List.of()),
                                List.of(),
                                List.of(),
                                v.given(DAYS_KEY).orElse(List.of()).stream()
                                        .flatMap(List::stream)
                                        .distinct()
                                        .toList(),
                                false));
    }

    private static Optional<Schedule.Window> begins(Schedule schedule, long since) {
        return schedule.next(since, Schedule.FAR);
    }

    /** The schedules that were given; names are told twice, and floors above ceilings. */
    static List<Schedule> read(Values v, Problems problems) {
        var all = new ArrayList<Schedule>();
        var names = new HashSet<String>();
        for (Placed<Optional<Schedule>> placed : v.given(SCHEDULES).orElse(List.of())) {
            if (placed.value().isEmpty()) {
                continue;
            }
            Schedule schedule = placed.value().get();
            if (!names.add(schedule.name())) {
                problems.error(
                        placed.place(),
                        "the schedule '%s' is here twice; rename one".formatted(schedule.name()));
            }
            all.forEach(other -> contradict(schedule, other, placed.place(), problems));
            all.forEach(other -> contradict(other, schedule, placed.place(), problems));
            all.add(schedule);
        }
        return all;
    }

    private static void contradict(
            Schedule floor, Schedule ceiling, Place place, Problems problems) {
        int min = floor.min().orElse(0);
        int max = ceiling.max().orElse(Integer.MAX_VALUE);
        if (min > max && meet(floor, ceiling)) {
            problems.warning(
                    place,
                    "schedule '%s' wants at least %d while '%s' allows %d: the floor goes first"
                            .formatted(floor.name(), min, ceiling.name(), max));
        }
    }

    private static boolean meet(Schedule one, Schedule other) {
        long at = SINCE;
        for (int i = 0; i < COMPARED; i++) {
            Optional<Schedule.Window> window = begins(one, at);
            if (window.isEmpty()) {
                return false;
            }
            at = window.get().fromMillis();
            boolean meets =
                    other.open(at).isPresent()
                            || other.next(at, one.length().minusMillis(1)).isPresent();
            if (meets) {
                return true;
            }
        }
        return false;
    }

    /** Against the service's own range. */
    static void check(Policy policy, Policy.Range range, Place place, Problems problems) {
        for (Schedule schedule : policy.bounds().map(b -> b.schedules()).orElse(List.of())) {
            if (schedule.min().orElse(0) > range.max()) {
                problems.error(
                        place,
                        "schedule '%s' wants at least %d, 'instances' allows %d; raise its max"
                                .formatted(
                                        schedule.name(), schedule.min().getAsInt(), range.max()));
            }
            if (schedule.max().orElse(range.min()) < range.min()) {
                problems.error(
                        place,
                        "schedule '%s' allows %d, 'instances' wants at least %d; lower its min"
                                .formatted(
                                        schedule.name(), schedule.max().getAsInt(), range.min()));
            }
        }
    }
}
