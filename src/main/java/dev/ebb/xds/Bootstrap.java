package dev.ebb.xds;

import java.net.InetSocketAddress;

/** The file that a data plane starts with, and that leads it to Ebb. Pure. */
// The files are read more easily by themselves than within the methods.
@SuppressWarnings("InlineFormatString")
public final class Bootstrap {
    private static final String ENVOY =
            """
            # Envoy's part of Ebb: everything else comes from there.
            node:
              id: %1$s # each Envoy needs one of its own
              cluster: ebb
            admin:
              address:
                socket_address: {address: 127.0.0.1, port_value: %4$d}
            dynamic_resources:
              ads_config:
                api_type: DELTA_GRPC
                transport_api_version: V3
                set_node_on_first_message_only: true
                grpc_services:
                  - envoy_grpc: {cluster_name: ebb-xds}
              cds_config: {ads: {}, resource_api_version: V3}
              lds_config: {ads: {}, resource_api_version: V3}
            cluster_manager:
              load_stats_config:
                api_type: GRPC
                transport_api_version: V3
                grpc_services:
                  - envoy_grpc: {cluster_name: ebb-xds}
            static_resources:
              clusters:
                - name: ebb-xds
                  type: STATIC
                  connect_timeout: 1s
                  typed_extension_protocol_options:
                    envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                      "@type": type.googleapis.com/\
            envoy.extensions.upstreams.http.v3.HttpProtocolOptions
                      explicit_http_config:
                        http2_protocol_options:
                          connection_keepalive: {interval: 10s, timeout: 5s}
                  load_assignment:
                    cluster_name: ebb-xds
                    endpoints:
                      - lb_endpoints:
                          - endpoint:
                              address:
                                socket_address: {address: "%2$s", port_value: %3$d}
            """;

    private static final String GRPC =
            """
            {
              "xds_servers": [
                {
                  "server_uri": "%2$s:%3$d",
                  "channel_creds": [{"type": "insecure"}],
                  "server_features": ["xds_v3"]
                }
              ],
              "node": {"id": "%1$s"}
            }
            """;

    private Bootstrap() {}

    /**
     * For {@code envoy -c}, in YAML.
     *
     * @param node a name that no other data plane has
     * @param ebb where xDS is served
     * @param adminPort of Envoy's own admin interface; 0 takes a free one
     */
    public static String envoy(String node, InetSocketAddress ebb, int adminPort) {
        return ENVOY.formatted(node, ebb.getAddress().getHostAddress(), ebb.getPort(), adminPort);
    }

    /** For {@code GRPC_XDS_BOOTSTRAP}, in JSON. */
    public static String grpc(String node, InetSocketAddress ebb) {
        String host = ebb.getAddress().getHostAddress();
        return GRPC.formatted(node, host.contains(":") ? "[" + host + "]" : host, ebb.getPort());
    }
}
