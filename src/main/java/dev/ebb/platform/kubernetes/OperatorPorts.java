package dev.ebb.platform.kubernetes;

import dev.ebb.control.DataPlanes;
import dev.ebb.control.Monitoring;
import dev.ebb.control.SelfReports;
import java.util.Optional;

/**
 * What an operator works with beside the cluster's API server. Whoever is there is closed by {@link
 * Operator#close}.
 *
 * @param planes where data planes are served
 * @param monitoring a Prometheus that ServiceScales may ask
 * @param reports asks pods for what they say of their own load
 */
public record OperatorPorts(
        Optional<DataPlanes> planes, Optional<Monitoring> monitoring, SelfReports reports) {
    /** The API server alone. */
    public static final OperatorPorts NONE =
            new OperatorPorts(Optional.empty(), Optional.empty(), SelfReports.NONE);
}
