package dev.ebb.journal;

import dev.ebb.control.JournalEntry;
import dev.ebb.control.LaunchIntent;
import dev.ebb.core.Allowance;
import dev.ebb.core.Arrivals;
import dev.ebb.core.Bounds;
import dev.ebb.core.Command;
import dev.ebb.core.Explanation;
import dev.ebb.core.Failures;
import dev.ebb.core.Forecasts;
import dev.ebb.core.Health;
import dev.ebb.core.Hold;
import dev.ebb.core.Instance;
import dev.ebb.core.InstanceFacts;
import dev.ebb.core.InstanceId;
import dev.ebb.core.LatencyCounts;
import dev.ebb.core.LatencyPoint;
import dev.ebb.core.Lifecycle;
import dev.ebb.core.Liveness;
import dev.ebb.core.LoadMemory;
import dev.ebb.core.Mark;
import dev.ebb.core.Need;
import dev.ebb.core.NeedHistory;
import dev.ebb.core.NotBelow;
import dev.ebb.core.Now;
import dev.ebb.core.Observation;
import dev.ebb.core.Patience;
import dev.ebb.core.Peer;
import dev.ebb.core.PerHour;
import dev.ebb.core.Planned;
import dev.ebb.core.Policy;
import dev.ebb.core.ProcessReading;
import dev.ebb.core.QueryReading;
import dev.ebb.core.QueryTarget;
import dev.ebb.core.QueueMemory;
import dev.ebb.core.QueuePoint;
import dev.ebb.core.QueueReading;
import dev.ebb.core.Quiet;
import dev.ebb.core.Ranked;
import dev.ebb.core.RateLine;
import dev.ebb.core.RateTarget;
import dev.ebb.core.Reason;
import dev.ebb.core.Rehearsal;
import dev.ebb.core.Schedule;
import dev.ebb.core.Series;
import dev.ebb.core.ServiceName;
import dev.ebb.core.ServiceState;
import dev.ebb.core.Starts;
import dev.ebb.core.Ties;
import dev.ebb.core.TrafficReading;
import dev.ebb.core.WholeReadings;
import dev.ebb.core.forecast.Outlook;
import dev.ebb.core.forecast.Terms;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** Entries with random content of every kind, from a seeded source. */
final class Entries {
    static final int KINDS = 16;
    private static final String LETTERS = "ab-Z09 \"\\\n\t\r{}:,\u0000\u001f\u2028äß€😀";
    private final RandomGenerator random;

    Entries(RandomGenerator random) {
        this.random = random;
    }

    JournalEntry any() {
        return ofKind(random.nextInt(KINDS));
    }

    JournalEntry ofKind(int kind) {
        return switch (kind) {
            case 0 -> new JournalEntry.Opened(time(), text());
            case 1 -> new JournalEntry.Closed(time(), random.nextInt());
            case 2 -> new JournalEntry.Configured(time(), service(), policy());
            case 3 -> new JournalEntry.Intended(time(), intent(), maybe(this::id));
            case 4 -> new JournalEntry.Identified(time(), id(), text(), random.nextBoolean());
            case 5 -> moved();
            case 6 ->
                    new JournalEntry.HealthChanged(
                            time(), id(), one(Health.values()), one(Health.values()), reason());
            case 7 ->
                    new JournalEntry.Marked(time(), id(), one(Mark.values()), random.nextBoolean());
            case 8 -> new JournalEntry.Frozen(time(), maybe(this::service), random.nextBoolean());
            case 9 -> new JournalEntry.Ordered(time(), service(), maybeInt());
            case 10 -> new JournalEntry.Decided(time(), service(), explanation());
            case 11 ->
                    new JournalEntry.Observed(
                            time(),
                            observation(random.nextInt(4)),
                            maybeLong(),
                            maybeLong(),
                            maybeLong());
            case 12 ->
                    new JournalEntry.Remembered(
                            time(),
                            random.nextLong(),
                            random.nextBoolean(),
                            maybeLong(),
                            policy(),
                            state());
            case 13 ->
                    new JournalEntry.Upgraded(
                            time(),
                            text(),
                            random.nextLong(),
                            text(),
                            random.nextLong(),
                            maybe(this::text));
            case 14 -> new JournalEntry.CutOff(time(), random.nextLong(), random.nextInt(9));
            default -> checkpoint(random.nextInt(4));
        };
    }

    JournalEntry.Moved moved() {
        return new JournalEntry.Moved(
                time(),
                id(),
                one(Lifecycle.values()),
                one(Lifecycle.values()),
                list(this::reason),
                random.nextInt(),
                random.nextBoolean());
    }

    JournalEntry.Checkpoint checkpoint(int instances) {
        var kept = new ArrayList<JournalEntry.KeptInstance>();
        for (int i = 0; i < instances; i++) {
            kept.add(
                    new JournalEntry.KeptInstance(
                            intent(),
                            maybe(this::text),
                            maybe(this::id),
                            one(Lifecycle.values()),
                            marks()));
        }
        return new JournalEntry.Checkpoint(
                time(),
                random.nextBoolean(),
                list(() ->
                        new JournalEntry.KeptService(
                                service(),
                                random.nextInt(),
                                random.nextBoolean(),
                                maybeInt(),
                                list(random::nextLong),
                                maybeInt())),
                kept);
    }

    private ServiceState state() {
        var needs = NeedHistory.empty(random.nextLong(1L << 40), new Now(random.nextInt(), 0));
        for (int i = 0; i < 5; i++) {
            needs = needs.plus(random.nextInt(90), new Now(random.nextLong(1L << 50), 0));
        }
        return new ServiceState(
                service(),
                duration(),
                random.nextLong(),
                random.nextInt(),
                random.nextInt(),
                random.nextBoolean(),
                maybeInt(),
                random.nextBoolean(),
                list(this::instance),
                new LoadMemory(
                        needs,
                        Series.of(
                                list(() -> new LatencyPoint(random.nextLong(), latency())),
                                LatencyPoint::atNanos),
                        number(),
                        new Forecasts(
                                maybe(this::outlook),
                                maybe(this::outlook),
                                maybe(() ->
                                        new Forecasts.Stopped(
                                                random.nextLong(), number(), number())),
                                number(),
                                maybe(this::line)),
                        maybe(() ->
                                new QueueMemory(
                                        Series.of(list(this::queuePoint), QueuePoint::atNanos),
                                        number())),
                        maybe(() -> FallSamples.of(random)),
                        maybe(() -> new Quiet(random.nextLong(), random.nextLong())),
                        maybe(() -> ExperienceSamples.of(random))),
                maybe(this::rehearsal),
                new Failures(list(random::nextLong)),
                new Patience(
                        random.nextInt(9),
                        random.nextLong(),
                        random.nextLong(),
                        list(random::nextLong)));
    }

    private RateLine line() {
        return new RateLine(
                random.nextLong(), number(), number(), number(), number(), number(), number());
    }

    private QueuePoint queuePoint() {
        return new QueuePoint(
                random.nextLong(),
                random.nextInt(),
                random.nextLong(),
                random.nextInt(),
                random.nextLong());
    }

    private Outlook outlook() {
        Outlook outlook = Outlook.fresh(new Terms(30, 10, 5, 0.8, 1, 50, 1));
        for (int i = random.nextInt(40); i > 0; i--) {
            outlook = outlook.after(new Now(-i * 5_000_000_000L, -i * 5000L), random.nextInt(30));
        }
        return outlook;
    }

    private Rehearsal rehearsal() {
        var totals = new HashMap<InstanceId, TrafficReading>();
        for (int i = random.nextInt(3); i > 0; i--) {
            totals.put(id(), traffic());
        }
        return new Rehearsal(random.nextLong(), latency(), number(), number(), latency(), totals);
    }

    private Instance instance() {
        return new Instance(
                id(),
                one(Lifecycle.values()),
                random.nextLong(),
                random.nextLong(),
                one(Health.values()),
                random.nextLong(),
                marks(),
                random.nextLong(),
                maybe(this::id),
                random.nextBoolean(),
                random.nextBoolean(),
                Series.of(list(this::process), ProcessReading::measuredAtNanos),
                Series.of(list(this::traffic), TrafficReading::measuredAtNanos));
    }

    private ProcessReading process() {
        return new ProcessReading(random.nextLong(), random.nextLong(), random.nextLong());
    }

    private TrafficReading traffic() {
        return new TrafficReading(
                random.nextLong(),
                random.nextInt(),
                random.nextInt(),
                random.nextLong(),
                random.nextLong(),
                random.nextLong(),
                maybe(() -> new Ties(random.nextInt(), random.nextLong())));
    }

    Observation observation(int instances) {
        var facts = new ArrayList<InstanceFacts>();
        for (int i = 0; i < instances; i++) {
            facts.add(
                    new InstanceFacts(
                            id(),
                            liveness(),
                            one(Health.values()),
                            maybe(this::process),
                            maybe(this::traffic),
                            allowance(),
                            maybe(this::reason),
                            maybe(this::text)));
        }
        return new Observation(
                new Now(random.nextLong(), time()),
                service(),
                facts,
                random.nextLong(),
                latency(),
                maybeDouble(),
                maybe(() -> new Hold(reason(), text())),
                list(() -> new Peer(service(), random.nextInt(90))),
                maybe(() ->
                        new WholeReadings(
                                maybe(() -> new QueueReading(random.nextInt(), random.nextLong())),
                                maybe(() -> new Arrivals(random.nextLong(), random.nextInt())),
                                list(() ->
                                        new QueryReading(
                                                text(),
                                                maybe(this::number),
                                                random.nextLong(),
                                                maybe(this::text))))));
    }

    Explanation explanation() {
        return new Explanation(
                random.nextInt(),
                random.nextInt(),
                list(() -> new Need(text(), random.nextInt(), random.nextInt(), reason())),
                list(() -> new Ranked(id(), number(), number(), reason())),
                list(() -> new Planned(command(), list(this::reason))),
                list(() -> new Hold(reason(), text())),
                maybe(this::reason));
    }

    private Command command() {
        return switch (random.nextInt(5)) {
            case 0 -> new Command.Start(id(), maybe(this::id));
            case 1 -> new Command.Park(id());
            case 2 -> new Command.Rescue(id());
            case 3 -> new Command.Drain(id());
            default -> new Command.Stop(id(), random.nextBoolean());
        };
    }

    private Liveness liveness() {
        return switch (random.nextInt(4)) {
            case 0 -> new Liveness.Running();
            case 1 -> new Liveness.Exited(maybeInt());
            case 2 -> new Liveness.NotStarted(text());
            default -> new Liveness.Unclear();
        };
    }

    private Policy policy() {
        int min = 1 + random.nextInt(9);
        return new Policy(
                one(Policy.Mode.values()),
                new Policy.Range(min, min + random.nextInt(9)),
                new Policy.Targets(
                        number(),
                        number(),
                        number(),
                        number(),
                        maybe(this::number),
                        maybe(() -> new RateTarget(maybe(() -> 0.5 + random.nextInt(9)))),
                        list(() ->
                                new QueryTarget(
                                        text(),
                                        text(),
                                        maybe(this::text),
                                        0.5 + random.nextInt(9),
                                        new QueryTarget.Pace(duration(), duration(), duration())))),
                new Policy.Out(duration(), number()),
                new Policy.In(
                        duration(),
                        duration(),
                        number(),
                        number(),
                        duration(),
                        number(),
                        number(),
                        maybe(() -> new PerHour(1 + random.nextInt(9), 0)),
                        new Policy.Cost(1, 4, number(), number(), number(), 4, maybe(this::number)),
                        maybe(this::duration)),
                new Policy.Trial(duration(), duration(), number()),
                new Policy.Drain(duration(), one(Policy.AtDeadline.values()), duration()),
                new Policy.Start(duration(), duration(), duration(), min, duration(), duration()),
                maybe(() -> new Policy.Objective(number())),
                maybe(() ->
                        new Bounds(
                                list(this::schedule),
                                list(() -> new NotBelow(service(), 1 + random.nextDouble())))));
    }

    private Schedule schedule() {
        var time = LocalTime.of(random.nextInt(24), random.nextInt(60));
        return new Schedule(
                text(),
                new Starts(
                        List.of(time),
                        list(() -> LocalDate.ofEpochDay(random.nextInt(40_000))),
                        list(() -> 1 + random.nextInt(12)),
                        list(() -> 1 + random.nextInt(31)),
                        list(() -> one(DayOfWeek.values())),
                        random.nextBoolean()),
                duration(),
                ZoneId.of(random.nextBoolean() ? "UTC" : "Europe/Berlin"),
                OptionalInt.of(random.nextInt(90)),
                maybeInt());
    }

    private LatencyCounts latency() {
        long[] counts = new long[LatencyCounts.BUCKETS];
        for (int i = random.nextInt(9); i > 0; i--) {
            counts[random.nextInt(counts.length)] = random.nextLong(Long.MAX_VALUE);
        }
        return LatencyCounts.of(counts);
    }

    private Allowance allowance() {
        return new Allowance(
                random.nextDouble() + 0.001,
                one(Allowance.Source.values()),
                1 + random.nextLong(1L << 40),
                one(Allowance.Source.values()),
                maybeDouble());
    }

    private LaunchIntent intent() {
        return new LaunchIntent(id(), text(), text(), random.nextInt(65_536), time());
    }

    private Reason reason() {
        var numbers = new HashMap<String, Double>();
        for (int i = random.nextInt(4); i > 0; i--) {
            numbers.put(text(), number());
        }
        return new Reason(text(), text(), numbers);
    }

    private Set<Mark> marks() {
        var marks = EnumSet.noneOf(Mark.class);
        if (random.nextBoolean()) {
            marks.add(one(Mark.values()));
        }
        return marks;
    }

    InstanceId id() {
        return new InstanceId(service(), 1 + random.nextInt(999_999_999));
    }

    ServiceName service() {
        return new ServiceName(one(new String[] {"hello", "a", "shop-front-2", "z9"}));
    }

    private Duration duration() {
        return Duration.ofSeconds(random.nextLong(-9, 1L << 33), random.nextInt(1_000_000_000));
    }

    private double number() {
        return switch (random.nextInt(9)) {
            case 0 -> Double.NaN;
            case 1 -> Double.NEGATIVE_INFINITY;
            case 2 -> -0.0;
            case 3 -> random.nextInt();
            default -> random.nextDouble() * Math.pow(10, random.nextInt(-200, 200));
        };
    }

    private long time() {
        return random.nextLong(4_102_444_800_000L);
    }

    private OptionalInt maybeInt() {
        return random.nextBoolean() ? OptionalInt.of(random.nextInt()) : OptionalInt.empty();
    }

    private OptionalLong maybeLong() {
        return random.nextBoolean() ? OptionalLong.of(random.nextLong()) : OptionalLong.empty();
    }

    private OptionalDouble maybeDouble() {
        return random.nextBoolean() ? OptionalDouble.of(number()) : OptionalDouble.empty();
    }

    private <T> Optional<T> maybe(Supplier<T> value) {
        return random.nextBoolean() ? Optional.of(value.get()) : Optional.empty();
    }

    private <T> List<T> list(Supplier<T> value) {
        var list = new ArrayList<T>();
        for (int i = random.nextInt(4); i > 0; i--) {
            list.add(value.get());
        }
        return List.copyOf(list);
    }

    private <T> T one(T[] values) {
        return values[random.nextInt(values.length)];
    }

    private String text() {
        var text = new StringBuilder();
        for (int i = random.nextInt(20); i > 0; i--) {
            int at = LETTERS.offsetByCodePoints(0, random.nextInt(codePoints()));
            text.appendCodePoint(LETTERS.codePointAt(at));
        }
        return text.toString();
    }

    private static int codePoints() {
        return LETTERS.codePointCount(0, LETTERS.length());
    }
}
