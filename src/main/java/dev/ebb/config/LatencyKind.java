package dev.ebb.config;

import dev.ebb.core.objective.LatencyGoal;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How long requests may take: {@code p99 < 200ms}. */
final class LatencyKind implements Kind<LatencyGoal> {
    private static final Kind<Duration> TIME =
            Kinds.duration(Duration.ofMillis(1), Duration.ofMinutes(10));
    private static final Pattern FORM =
            Pattern.compile("[pP](\\d{1,2}(?:\\.\\d{1,3})?)\\s*<\\s*(\\S.*)");
    private static final BigDecimal LEAST = BigDecimal.valueOf(50);
    private static final BigDecimal MOST = new BigDecimal("99.99");

    @Override
    public Optional<LatencyGoal> read(Yaml node, Problems problems) {
        if (!(node instanceof Yaml.Scalar scalar) || scalar.isNothing()) {
            problems.error(node.place(), node.what() + " is here; it is " + form());
            return Optional.empty();
        }
        Matcher m = FORM.matcher(scalar.text().strip());
        if (!m.matches()) {
            problems.error(
                    node.place(),
                    Problems.quote(scalar.text())
                            + " is no objective for latency; write for example p99 < 200ms");
            return Optional.empty();
        }
        BigDecimal percent = new BigDecimal(m.group(1));
        if (percent.compareTo(LEAST) < 0 || percent.compareTo(MOST) > 0) {
            problems.error(
                    node.place(),
                    Problems.quote("p" + m.group(1))
                            + " is out of range; it is from p50 to p99.99");
            return Optional.empty();
        }
        var time = new Yaml.Scalar(node.place(), m.group(2), true);
        double quantile = percent.movePointLeft(2).doubleValue();
        return TIME.read(time, problems).map(t -> new LatencyGoal(quantile, t.toNanos()));
    }

    @Override
    public String form() {
        return "a quantile and a time such as p99 < 200ms, from p50 to p99.99, from 1ms to 10m";
    }

    @Override
    public String show(LatencyGoal goal) {
        return goal.name() + " < " + Kinds.showDuration(Duration.ofNanos(goal.belowNanos()));
    }
}
