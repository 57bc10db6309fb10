package dev.ebb.platform.kubernetes;

import dev.ebb.core.QueryTarget;
import dev.ebb.core.QueryTarget.Pace;
import java.util.List;
import java.util.Optional;

/**
 * {@code spec.targets.queries}: numbers of a Prometheus that size a workload, as {@code
 * policy.target.queries} of the configuration in files. Pure.
 */
final class QueryFields {
    private QueryFields() {}

    static List<QueryTarget> of(Fields targets) {
        return targets.all("queries").stream()
                .filter(q -> q.decimal("each").filter(each -> each > 0).isPresent())
                .map(QueryFields::target)
                .toList();
    }

    private static QueryTarget target(Fields query) {
        return new QueryTarget(
                query.text("name", ""),
                query.text("query", ""),
                Optional.empty(),
                query.decimal("each").orElseThrow(),
                new Pace(
                        query.seconds("everySeconds", (int) Pace.DEFAULT.every().toSeconds()),
                        query.seconds("timeoutSeconds", (int) Pace.DEFAULT.timeout().toSeconds()),
                        query.seconds("maxAgeSeconds", (int) Pace.DEFAULT.maxAge().toSeconds())));
    }
}
