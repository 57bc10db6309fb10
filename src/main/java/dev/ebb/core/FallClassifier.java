package dev.ebb.core;

import static dev.ebb.core.FallKind.ERRORS;
import static dev.ebb.core.FallKind.METRIC_HOLE;
import static dev.ebb.core.FallKind.OUTAGE;
import static dev.ebb.core.FallKind.REAL;
import static dev.ebb.core.FallKind.RETRIES;

import dev.ebb.core.FallMemory.Doubt;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whether a fall in load is one. What is seen now is compared with a moment ago, and requests, CPU,
 * failures and requests in flight with each other: a real fall shows in all of them and comes by
 * degrees. What does not is doubted until nothing has contradicted a real one for some time, and
 * never for longer than a bound, both in stabilization windows. The shares are chosen so that a
 * fall to a quarter and noise of half the load are no outage. Pure.
 */
final class FallClassifier {
    /** Stabilization windows for which nothing at all is not believed. */
    private static final double OUTAGE_WINDOWS = 2.5;

    /** Of a contradiction between readings, or of failures. */
    private static final double BOUND_WINDOWS = 5;

    /** In which clients that failed have tried again: back-offs mostly end at a minute. */
    private static final double RETRY_WINDOWS = 0.5;

    /** Requests in a window from which on a rate says something. */
    private static final double TELLING_REQUESTS = 20;

    private static final double TELLING_FAILURES = 5;

    /** Share of the allowed CPU from which on its fall says something. */
    private static final double TELLING_CPU = 0.05;

    /** Added share of failures that is more than before. */
    private static final double MORE_FAILURES = 0.05;

    private static final double GONE = 0.2;
    private static final double LESS = 0.8;
    private static final double HALF = 0.5;
    private static final double MOST = 0.7;
    private static final double LITTLE = 0.3;
    private static final double MORE_IN_FLIGHT = 1.5;
    private static final double SOME_IN_FLIGHT = 2;

    private final Policy policy;
    private final Now now;
    private final Assessment assessment;
    private final LoadPoint present;
    private final double seconds;
    private final double allowedCores;

    FallClassifier(Policy policy, Now now, Assessment assessment) {
        this.policy = policy;
        this.now = now;
        this.assessment = assessment;
        this.seconds = policy.out().window().toNanos() / 1e9;
        double requests = 0;
        double failures = 0;
        double cpu = 0;
        double inFlight = 0;
        double allowed = 0;
        for (Assessed one : assessment.instances()) {
            Lifecycle life = one.instance().lifecycle();
            if (!life.inRotation() && !life.canBeRescued()) {
                continue;
            }
            Utilization recent = one.recent();
            requests += recent.requestsPerSecond();
            failures += recent.requestsPerSecond() * recent.failureShare();
            inFlight += recent.inFlight();
            if (life != Lifecycle.WARMING && one.fresh()) {
                cpu += recent.cpu().orElse(0) * one.allowance().cpuCores();
                allowed += one.allowance().cpuCores();
            }
        }
        this.allowedCores = allowed;
        this.present = new LoadPoint(now.monotonicNanos(), requests, failures, cpu, inFlight);
    }

    /** What is remembered after this moment. Missing data teach nothing. */
    FallMemory after(FallMemory before) {
        if (isBlind()) {
            return before;
        }
        Optional<Doubt> arises = reference(before).flatMap(r -> arising(before, r));
        Optional<Doubt> standing = before.doubt().filter(d -> d.kind() != REAL || arises.isEmpty());
        Optional<Doubt> next = standing.isEmpty() ? arises : still(standing.get(), arises);
        // What a fall that is believed fell from is history: it must not be doubted once more.
        boolean believed = next.filter(this::isBelievedNow).isPresent();
        Series<LoadPoint> points = believed ? FallMemory.FRESH.points() : before.points();
        return new FallMemory(points.plus(present, policy.out().window().toNanos()), next);
    }

    private boolean isBlind() {
        return assessment.coverage() < policy.in().coverage();
    }

    private boolean isBelievedNow(Doubt doubt) {
        return doubt.kind() == REAL && doubt.contradictedNanos() == now.monotonicNanos();
    }

    /** The mean of a stable window, from before what the present window can have seen. */
    private Optional<LoadPoint> reference(FallMemory memory) {
        List<LoadPoint> earlier = earlier(memory, 1);
        if (earlier.size() < 2) {
            return Optional.empty();
        }
        double requests = 0;
        double failures = 0;
        double cpu = 0;
        double inFlight = 0;
        for (LoadPoint one : earlier) {
            requests += one.requestsPerSecond();
            failures += one.failuresPerSecond();
            cpu += one.cpuCores();
            inFlight += one.inFlight();
        }
        int n = earlier.size();
        long at = earlier.getLast().atNanos();
        return Optional.of(new LoadPoint(at, requests / n, failures / n, cpu / n, inFlight / n));
    }

    /** What was seen before the present window and the one before it, for so many stable ones. */
    private List<LoadPoint> earlier(FallMemory memory, int stableWindows) {
        long newest = 2 * policy.out().window().toNanos();
        long oldest = newest + stableWindows * policy.in().window().toNanos();
        List<LoadPoint> earlier = new ArrayList<>();
        for (LoadPoint one : memory.points().points()) {
            long age = now.nanosSince(one.atNanos());
            if (age >= newest && age <= oldest) {
                earlier.add(one);
            }
        }
        return earlier;
    }

    private Optional<Doubt> arising(FallMemory memory, LoadPoint before) {
        return kind(memory, before)
                .map(k -> new Doubt(k, now.monotonicNanos(), now.monotonicNanos(), before));
    }

    private Optional<FallKind> kind(FallMemory memory, LoadPoint before) {
        if (before.requestsPerSecond() * seconds < TELLING_REQUESTS) {
            return Optional.empty();
        }
        boolean less =
                (tells(before) && present.cpuCores() < LESS * before.cpuCores())
                        || present.successesPerSecond() < LESS * before.successesPerSecond();
        if (less && fails(present, before.failureShare())) {
            return Optional.of(ERRORS);
        }
        if (hangs(before) || (less && failedLately(memory))) {
            return Optional.of(RETRIES);
        }
        if (contradicts(before, LITTLE, MOST)) {
            return Optional.of(METRIC_HOLE);
        }
        return isGone(before) && wasSteady(memory, before) ? Optional.of(OUTAGE) : Optional.empty();
    }

    private boolean tells(LoadPoint before) {
        return before.cpuCores() >= TELLING_CPU * allowedCores;
    }

    private boolean fails(LoadPoint point, double shareBefore) {
        return point.failuresPerSecond() * seconds >= TELLING_FAILURES
                && point.failureShare() > shareBefore + MORE_FAILURES;
    }

    /** Fewer are answered and more wait for it: they will time out. */
    private boolean hangs(LoadPoint before) {
        return present.requestsPerSecond() < HALF * before.requestsPerSecond()
                && present.inFlight() > MORE_IN_FLIGHT * before.inFlight() + SOME_IN_FLIGHT;
    }

    private boolean failedLately(FallMemory memory) {
        double usual = 1;
        for (LoadPoint one : memory.points().points()) {
            usual = Math.min(usual, one.failureShare());
        }
        for (LoadPoint one : memory.points().points()) {
            if (now.nanosSince(one.atNanos()) <= span(RETRY_WINDOWS) && fails(one, usual)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether CPU has gone and the requests have not, or the reverse.
     *
     * @param low share of what it was, for its load, below which CPU has gone
     * @param high share of what it was above which it has not
     */
    private boolean contradicts(LoadPoint before, double low, double high) {
        if (!tells(before)) {
            return false;
        }
        double share = present.requestsPerSecond() / before.requestsPerSecond();
        boolean goesOn = present.requestsPerSecond() * seconds >= TELLING_REQUESTS;
        boolean cpuGone = present.cpuCores() < low * share * before.cpuCores();
        return (goesOn && share >= high && cpuGone)
                || (isGone(before) && present.cpuCores() > high * before.cpuCores());
    }

    private boolean isGone(LoadPoint before) {
        return present.requestsPerSecond() < GONE * before.requestsPerSecond();
    }

    /** A peak that was higher than what was around it is no level to fall from. */
    private boolean wasSteady(FallMemory memory, LoadPoint before) {
        List<LoadPoint> level = earlier(memory, 2);
        long known = now.nanosSince(level.getFirst().atNanos());
        return known > policy.in().window().toNanos() + policy.out().window().toNanos()
                && level.stream()
                        .allMatch(p -> p.requestsPerSecond() >= HALF * before.requestsPerSecond());
    }

    /** What has become of a fall that was noticed before. */
    private Optional<Doubt> still(Doubt doubt, Optional<Doubt> arises) {
        FallKind better =
                arises.map(Doubt::kind).filter(_ -> doubt.kind() == OUTAGE).orElse(doubt.kind());
        Doubt known = better == doubt.kind() ? doubt : contradicted(doubt, better);
        return switch (better) {
            case OUTAGE -> outage(known);
            case METRIC_HOLE -> hole(known);
            case ERRORS, RETRIES -> errors(known);
            case REAL ->
                    isBack(known, LESS) || isPast(known.contradictedNanos(), 1)
                            ? Optional.empty()
                            : Optional.of(known);
        };
    }

    private Optional<Doubt> outage(Doubt doubt) {
        if (isBack(doubt, HALF)) {
            // The windows must have seen that, or what is needed for it looks spare.
            boolean seen =
                    now.nanosSince(doubt.contradictedNanos()) > policy.in().window().toNanos();
            return seen ? Optional.empty() : Optional.of(doubt);
        }
        boolean stays = isPast(doubt.fromNanos(), OUTAGE_WINDOWS);
        return Optional.of(stays ? believed(doubt) : contradicted(doubt, OUTAGE));
    }

    private Optional<Doubt> hole(Doubt doubt) {
        if (contradicts(doubt.before(), HALF, HALF)) {
            boolean tooLong = isPast(doubt.fromNanos(), BOUND_WINDOWS);
            return Optional.of(tooLong ? believed(doubt) : contradicted(doubt, METRIC_HOLE));
        }
        boolean agrees =
                now.nanosSince(doubt.contradictedNanos()) > policy.out().window().toNanos();
        return agrees ? Optional.empty() : Optional.of(doubt);
    }

    private Optional<Doubt> errors(Doubt doubt) {
        if (isPast(doubt.fromNanos(), BOUND_WINDOWS)) {
            return Optional.of(believed(doubt));
        }
        if (fails(present, doubt.before().failureShare())) {
            return Optional.of(contradicted(doubt, ERRORS));
        }
        if (hangs(doubt.before())) {
            return Optional.of(contradicted(doubt, RETRIES));
        }
        if (!isPast(doubt.contradictedNanos(), RETRY_WINDOWS)) {
            return Optional.of(doubt.taken(RETRIES, doubt.contradictedNanos()));
        }
        return isBack(doubt, LESS) ? Optional.empty() : Optional.of(believed(doubt));
    }

    private boolean isBack(Doubt doubt, double share) {
        return present.requestsPerSecond() >= share * doubt.before().requestsPerSecond();
    }

    private Doubt contradicted(Doubt doubt, FallKind kind) {
        return doubt.taken(kind, now.monotonicNanos());
    }

    private Doubt believed(Doubt doubt) {
        return doubt.taken(REAL, now.monotonicNanos());
    }

    private boolean isPast(long since, double windows) {
        return now.nanosSince(since) >= span(windows);
    }

    private long span(double windows) {
        return (long) (policy.in().stabilization().toNanos() * windows);
    }

    /** What the fall is taken for, for the record; empty while there is none. */
    Optional<Reason> verdict(FallMemory memory) {
        FallWords words = new FallWords(policy, now, present);
        if (isBlind()) {
            // A newcomer's first readings take a moment; that is no hole.
            boolean hole =
                    !memory.points().isEmpty()
                            && memory.points().ageNanos(now) > policy.in().freshness().toNanos();
            return hole ? Optional.of(words.blind(assessment.coverage())) : Optional.empty();
        }
        return memory.doubt().map(words::of).or(() -> gradual(memory).map(words::gradual));
    }

    /** The highest load of the recent past, when there is a fall from it. */
    private Optional<LoadPoint> gradual(FallMemory memory) {
        LoadPoint highest = present;
        for (LoadPoint one : memory.points().points()) {
            highest = one.requestsPerSecond() > highest.requestsPerSecond() ? one : highest;
        }
        boolean tells = highest.requestsPerSecond() * seconds >= TELLING_REQUESTS;
        boolean fallen = present.requestsPerSecond() < LESS * highest.requestsPerSecond();
        return tells && fallen ? Optional.of(highest) : Optional.empty();
    }

    /** What keeps instances from being let go because of it. */
    Optional<Hold> hold(FallMemory memory) {
        FallWords words = new FallWords(policy, now, present);
        return memory.doubt()
                .filter(d -> d.kind() != REAL)
                .map(d -> new Hold(words.of(d), release(d.kind())));
    }

    private String release(FallKind kind) {
        String bound = Text.number(Math.rint(span(BOUND_WINDOWS) / 1e9));
        return switch (kind) {
            case OUTAGE ->
                    "requests that come back, or %s s without them"
                            .formatted(Text.number(Math.rint(span(OUTAGE_WINDOWS) / 1e9)));
            case METRIC_HOLE -> "readings that agree, or %s s of the same".formatted(bound);
            case ERRORS, RETRIES, REAL ->
                    "%s s without such requests, or %s s in all"
                            .formatted(Text.number(Math.rint(span(RETRY_WINDOWS) / 1e9)), bound);
        };
    }
}
