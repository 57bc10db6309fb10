package dev.ebb.platform.kubernetes;

import dev.ebb.core.QueryTarget;
import dev.ebb.core.QueryTarget.Pace;
import java.util.List;
import java.util.Optional;

/**
 * {@code spec.targets.reported}: figures that pods say of themselves and that size their workload,
 * as answers of a monitoring system do. Pure.
 */
final class ReportedFields {
    /** What the names of such targets begin with; those of queries have no full stop. */
    private static final String PREFIX = "reported.";

    private ReportedFields() {}

    static List<QueryTarget> of(Fields targets) {
        return targets.all("reported").stream()
                .filter(f -> f.decimal("each").filter(each -> each > 0).isPresent())
                .map(ReportedFields::target)
                .toList();
    }

    private static QueryTarget target(Fields given) {
        String figure = given.text("figure", "");
        int maxAge = (int) Pace.DEFAULT.maxAge().toSeconds();
        return new QueryTarget(
                PREFIX + figure,
                figure,
                Optional.empty(),
                given.decimal("each").orElseThrow(),
                new Pace(
                        Pace.DEFAULT.every(),
                        Pace.DEFAULT.timeout(),
                        given.seconds("maxAgeSeconds", maxAge)));
    }

    static boolean isOne(QueryTarget target) {
        return target.name().startsWith(PREFIX);
    }
}
