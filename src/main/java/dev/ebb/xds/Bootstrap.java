package dev.ebb.xds;

import java.net.InetSocketAddress;
import java.util.Optional;

/** The file that a data plane starts with, and that leads it to Ebb. Pure. */
// The files are read more easily by themselves than within the methods.
@SuppressWarnings("InlineFormatString")
public final class Bootstrap {
    private static final String ENVOY =
            """
            # Envoy's part of Ebb: everything else comes from there.
            node:
              id: %1$s # each Envoy needs one of its own; --service-node NAME wins over it
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
                  type: %6$s
                  connect_timeout: 1s
            %5$s      typed_extension_protocol_options:
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
                  "channel_creds": [%4$s],
                  "server_features": ["xds_v3"]
                }
              ],
              "node": {"id": "%1$s"}
            }
            """;

    private static final String SNI = "          sni: %s\n";

    private static final String OWN =
            """
                        tls_certificates:
                          - certificate_chain: {filename: %s}
                            private_key: {filename: %s}
            """;

    private static final String SOCKET =
            """
                  transport_socket:
                    name: envoy.transport_sockets.tls
                    typed_config:
                      "@type": type.googleapis.com/\
            envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext
            %s          common_tls_context:
            %s            validation_context:
                          trusted_ca: {filename: %s}
                          match_typed_subject_alt_names:
                            - {san_type: %s, matcher: {exact: %s}}
            """;

    private Bootstrap() {}

    /**
     * For {@code envoy -c}, in YAML.
     *
     * @param node a name that no other data plane has
     * @param ebb where xDS is served; one that is not resolved is looked up by Envoy
     * @param adminPort of Envoy's own admin interface; 0 takes a free one
     */
    public static String envoy(
            String node, InetSocketAddress ebb, int adminPort, Optional<BootstrapTls> tls) {
        String host = host(ebb);
        String socket = tls.map(t -> socket(host, t)).orElse("");
        String type = ebb.isUnresolved() ? "LOGICAL_DNS" : "STATIC";
        return ENVOY.formatted(node, host, ebb.getPort(), adminPort, socket, type);
    }

    /** The same, without TLS. */
    public static String envoy(String node, InetSocketAddress ebb, int adminPort) {
        return envoy(node, ebb, adminPort, Optional.empty());
    }

    /** A name that was not looked up is the data plane's to look up, again and again. */
    private static String host(InetSocketAddress ebb) {
        return ebb.isUnresolved() ? ebb.getHostString() : ebb.getAddress().getHostAddress();
    }

    /** Envoy looks who signed a certificate, and for whom only if it is told to. */
    private static String socket(String host, BootstrapTls tls) {
        String own =
                tls.certificate()
                        .map(file -> OWN.formatted(quoted(file), quoted(tls.key().orElse(file))))
                        .orElse("");
        return SOCKET.formatted(
                tls.name().map(n -> SNI.formatted(quoted(n))).orElse(""),
                own,
                quoted(tls.ca()),
                tls.name().isPresent() ? "DNS" : "IP_ADDRESS",
                quoted(tls.name().orElse(host)));
    }

    /** For {@code GRPC_XDS_BOOTSTRAP}, in JSON. */
    public static String grpc(String node, InetSocketAddress ebb, Optional<BootstrapTls> tls) {
        String host = tls.flatMap(BootstrapTls::name).orElse(host(ebb));
        return GRPC.formatted(
                node,
                host.contains(":") ? "[" + host + "]" : host,
                ebb.getPort(),
                tls.map(Bootstrap::credentials).orElse("{\"type\": \"insecure\"}"));
    }

    /** The same, without TLS. */
    public static String grpc(String node, InetSocketAddress ebb) {
        return grpc(node, ebb, Optional.empty());
    }

    /** As in gRFC A65. */
    private static String credentials(BootstrapTls tls) {
        var files = new StringBuilder("\"ca_certificate_file\": ").append(quoted(tls.ca()));
        tls.certificate()
                .ifPresent(f -> files.append(", \"certificate_file\": ").append(quoted(f)));
        tls.key().ifPresent(f -> files.append(", \"private_key_file\": ").append(quoted(f)));
        return "{\"type\": \"tls\", \"config\": {%s}}".formatted(files);
    }

    /** For YAML and JSON alike. */
    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
