package dev.ebb.platform.kubernetes;

import java.time.Duration;
import java.util.Optional;

/**
 * {@code spec.metrics.orca} of a ServiceScale: its pods say themselves how busy they are.
 *
 * @param inAnswers they say so in their answers, and data planes pass it on; otherwise the operator
 *     asks each of them
 * @param port of each pod where its gRPC server offers reports; 0 where nobody asks there
 * @param every how often a pod is asked to report; it may do so less often
 */
record OrcaSpec(boolean inAnswers, int port, Duration every) {
    /**
     * @param spec of a ServiceScale
     */
    static Optional<OrcaSpec> of(Fields spec) {
        return spec.in("metrics")
                .given("orca")
                .map(orca ->
                        new OrcaSpec(
                                orca.text("from", "pods").equals("answers"),
                                orca.number("port", 0),
                                orca.seconds("everySeconds", 10)));
    }
}
