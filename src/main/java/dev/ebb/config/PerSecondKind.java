package dev.ebb.config;

import dev.ebb.core.RateTarget;
import java.math.BigDecimal;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Requests a second of one instance, or that they are to be learned. */
final class PerSecondKind {
    private static final double MOST = 1_000_000;
    private static final double LEAST = 0.001;
    private static final Pattern FORM = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,6})?)/s");
    private static final String LEARNED = "learned";

    static final Kind<RateTarget> RATE =
            Kinds.scalar(
                    "a rate such as 50/s, from 0.001/s to 1000000/s, or `learned`",
                    PerSecondKind::read,
                    PerSecondKind::show);

    private PerSecondKind() {}

    private static Kinds.Read<RateTarget> read(String text) {
        if (text.equals(LEARNED)) {
            return Kinds.good(RateTarget.LEARNED);
        }
        Matcher m = FORM.matcher(text);
        if (!m.matches()) {
            return Kinds.bad("is no rate; write requests a second like 50/s, or learned");
        }
        double rate = Double.parseDouble(m.group(1));
        return rate < LEAST || rate > MOST
                ? Kinds.bad("is out of range; it is from 0.001/s to 1000000/s, or learned")
                : Kinds.good(new RateTarget(Optional.of(rate)));
    }

    private static String show(RateTarget target) {
        return target.perSecond()
                .map(rate -> BigDecimal.valueOf(rate).stripTrailingZeros().toPlainString() + "/s")
                .orElse(LEARNED);
    }
}
