package dev.ebb.xds;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.UInt32Value;
import dev.ebb.balance.HashPolicy;
import dev.ebb.control.OrcaFigures;
import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.CommonLbConfig;
import io.envoyproxy.envoy.config.core.v3.AggregatedConfigSource;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.SelfConfigSource;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.type.v3.Percent;
import java.util.List;

/** Services as CDS. Pure. */
final class ClusterResources {
    /** Limits are Ebb's matter: a data plane's own would refuse what instances could answer. */
    private static final UInt32Value MANY = UInt32Value.of(1_000_000);

    static final String HTTP_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

    /** What data planes pass on of instances' own reports: as much as is understood of them. */
    private static final List<String> FIGURES =
            List.of(
                    OrcaFigures.CPU,
                    OrcaFigures.MEMORY,
                    OrcaFigures.APPLICATION,
                    OrcaFigures.RPS,
                    OrcaFigures.EPS,
                    OrcaFigures.NAMED + "*",
                    OrcaFigures.UTILIZATION + "*");

    private ClusterResources() {}

    static Resource of(Flavor flavor, XdsService service) {
        String name = service.name().value();
        var cluster =
                Cluster.newBuilder()
                        .setName(name)
                        .setType(Cluster.DiscoveryType.EDS)
                        .setEdsClusterConfig(
                                Cluster.EdsClusterConfig.newBuilder().setEdsConfig(ads()))
                        .setConnectTimeout(duration(service.connect()));
        if (service.reported()) {
            cluster.addAllLrsReportEndpointMetrics(FIGURES);
        }
        if (flavor == Flavor.GRPC) {
            cluster.setLbPolicy(Cluster.LbPolicy.ROUND_ROBIN)
                    .setLrsServer(
                            ConfigSource.newBuilder()
                                    .setSelf(SelfConfigSource.getDefaultInstance()));
        } else {
            // Maglev's table moves few more keys than it must, and its parts are even.
            boolean hashed = service.hash().isPresent();
            cluster.setLbPolicy(hashed ? Cluster.LbPolicy.MAGLEV : Cluster.LbPolicy.LEAST_REQUEST)
                    .setCommonLbConfig(common(service))
                    // Else a removed host is picked until its health check fails.
                    .setIgnoreHealthOnHostRemoval(true)
                    .setCircuitBreakers(breakers());
            if (service.http2()) {
                cluster.putTypedExtensionProtocolOptions(HTTP_OPTIONS, http2());
            }
        }
        return Resource.of(name, cluster.build());
    }

    private static CommonLbConfig common(XdsService service) {
        double bound = service.hash().map(HashPolicy::bound).orElse(HashPolicy.UNBOUNDED);
        var common = common();
        if (bound != HashPolicy.UNBOUNDED) {
            common.setConsistentHashingLbConfig(
                    CommonLbConfig.ConsistentHashingLbConfig.newBuilder()
                            .setHashBalanceFactor(UInt32Value.of((int) Math.round(100 * bound))));
        }
        return common.build();
    }

    private static CommonLbConfig.Builder common() {
        return CommonLbConfig.newBuilder()
                // The default sends new requests to draining hosts once half of all are.
                .setHealthyPanicThreshold(Percent.newBuilder().setValue(0))
                // The default holds a change of health back for up to 1 s.
                .setUpdateMergeWindow(Duration.getDefaultInstance())
                .setLocalityWeightedLbConfig(
                        CommonLbConfig.LocalityWeightedLbConfig.getDefaultInstance());
    }

    private static CircuitBreakers breakers() {
        return CircuitBreakers.newBuilder()
                .addThresholds(
                        CircuitBreakers.Thresholds.newBuilder()
                                .setMaxConnections(MANY)
                                .setMaxPendingRequests(MANY)
                                .setMaxRequests(MANY))
                .build();
    }

    private static Any http2() {
        return Any.pack(
                HttpProtocolOptions.newBuilder()
                        .setExplicitHttpConfig(
                                HttpProtocolOptions.ExplicitHttpConfig.newBuilder()
                                        .setHttp2ProtocolOptions(
                                                Http2ProtocolOptions.getDefaultInstance()))
                        .build());
    }

    static ConfigSource ads() {
        return ConfigSource.newBuilder()
                .setAds(AggregatedConfigSource.getDefaultInstance())
                .setResourceApiVersion(ApiVersion.V3)
                .build();
    }

    static Duration duration(java.time.Duration of) {
        return Duration.newBuilder().setSeconds(of.getSeconds()).setNanos(of.getNano()).build();
    }
}
