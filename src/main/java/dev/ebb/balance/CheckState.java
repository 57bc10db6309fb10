package dev.ebb.balance;

import dev.ebb.core.Reason;
import java.util.Locale;
import java.util.Map;

/**
 * What active checks say of one endpoint: {@code fall} bad ones in a row make it failing, {@code
 * rise} good ones in a row make it well again, and the very first good one is enough (an instance
 * that has just come up should not wait for a second opinion). Before the first good check, and
 * when the last is too old, nothing is known. Single-threaded; time is an argument.
 */
public final class CheckState {

    /** What the checks say. */
    public enum Verdict {
        UNKNOWN,
        WELL,
        FAILING
    }

    /** What one more check changed. */
    public enum Change {
        NONE,
        BECAME_WELL,
        BECAME_FAILING
    }

    private static final int STALE_AFTER_ROUNDS = 3;

    private final CheckPolicy policy;
    private final long staleNanos;
    private Verdict verdict = Verdict.UNKNOWN;
    private CheckResult last = CheckResult.GOOD;
    private int inRow;
    private boolean any;
    private boolean everGood;
    private long lastNanos;
    private long lastGoodNanos;

    public CheckState(CheckPolicy policy) {
        this.policy = policy;
        this.staleNanos = STALE_AFTER_ROUNDS * policy.interval().plus(policy.timeout()).toNanos();
    }

    /** Takes in a check that ended at {@code nowNanos}. */
    public Change record(CheckResult result, long nowNanos) {
        boolean good = result == CheckResult.GOOD;
        boolean sameAsBefore = any && good == (last == CheckResult.GOOD);
        inRow = sameAsBefore ? inRow + 1 : 1;
        any = true;
        last = result;
        lastNanos = nowNanos;
        if (good) {
            lastGoodNanos = nowNanos;
            boolean enough = !everGood || inRow >= policy.rise();
            everGood = true;
            return enough ? become(Verdict.WELL, Change.BECAME_WELL) : Change.NONE;
        }
        return inRow >= policy.fall()
                ? become(Verdict.FAILING, Change.BECAME_FAILING)
                : Change.NONE;
    }

    private Change become(Verdict next, Change change) {
        if (verdict == next) {
            return Change.NONE;
        }
        verdict = next;
        return change;
    }

    /** The verdict, unless the last check is more than three rounds old. */
    public Verdict verdict(long nowNanos) {
        return any && nowNanos - lastNanos <= staleNanos ? verdict : Verdict.UNKNOWN;
    }

    /** The verdict of the last check, however old. */
    public Verdict lastVerdict() {
        return verdict;
    }

    /** How the last check ended; {@code GOOD} before the first. */
    public CheckResult lastResult() {
        return last;
    }

    /** Whether a check that ended after this moment was good, and none since was bad. */
    public boolean goodSince(long sinceNanos) {
        return everGood && last == CheckResult.GOOD && lastGoodNanos - sinceNanos > 0;
    }

    /** Why the verdict is what it is. */
    public Reason reason() {
        if (!any) {
            return Reason.of("check_none", "not checked yet");
        }
        if (last == CheckResult.GOOD) {
            return new Reason(
                    "check_good",
                    "%d good check%s in a row".formatted(inRow, inRow == 1 ? "" : "s"),
                    Map.of("checks", (double) inRow));
        }
        String how =
                switch (last) {
                    case BAD_ANSWER -> "a bad answer";
                    case TIMEOUT -> "no answer in time";
                    case NO_CONNECTION -> "no connection";
                    case GOOD -> "a good answer";
                };
        return new Reason(
                "check_" + last.name().toLowerCase(Locale.ROOT),
                "%d bad check%s in a row, the last with %s"
                        .formatted(inRow, inRow == 1 ? "" : "s", how),
                Map.of("checks", (double) inRow));
    }
}
