package dev.ebb.xds;

import com.google.protobuf.Duration;
import io.envoyproxy.envoy.service.load_stats.v3.LoadStatsRequest;
import io.envoyproxy.envoy.service.load_stats.v3.LoadStatsResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.List;

/** One data plane's reports of its load. Its first message only says who it is. */
final class LoadStream implements StreamObserver<LoadStatsRequest> {
    private static final String ALL_CLUSTERS = "envoy.lrs.supports_send_all_clusters";

    private final Discovery discovery;
    private final Duration interval;
    private final List<String> clusters;
    private final ServerCallStreamObserver<LoadStatsResponse> out;
    private String node = "";

    LoadStream(
            Discovery discovery,
            Duration interval,
            List<String> clusters,
            StreamObserver<LoadStatsResponse> out) {
        this.discovery = discovery;
        this.interval = interval;
        this.clusters = clusters;
        this.out = (ServerCallStreamObserver<LoadStatsResponse>) out;
        this.out.setOnCancelHandler(this::end);
    }

    @Override
    public void onNext(LoadStatsRequest request) {
        if (!node.isEmpty()) {
            discovery.reported(node, this, request.getClusterStatsList());
            return;
        }
        node = request.getNode().getId();
        var answer =
                LoadStatsResponse.newBuilder()
                        .setLoadReportingInterval(interval)
                        .setReportEndpointGranularity(true);
        if (request.getNode().getClientFeaturesList().contains(ALL_CLUSTERS)) {
            answer.setSendAllClusters(true);
        } else {
            answer.addAllClusters(clusters);
        }
        out.onNext(answer.build());
    }

    @Override
    public void onError(Throwable why) {
        end();
    }

    @Override
    public void onCompleted() {
        end();
        out.onCompleted();
    }

    private void end() {
        if (!node.isEmpty()) {
            discovery.reportsEnded(node, this);
        }
    }
}
