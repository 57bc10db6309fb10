package dev.ebb.gateway;

import dev.ebb.core.ServiceName;
import dev.ebb.gateway.tls.Tls;
import dev.ebb.gateway.tls.TlsClient;
import dev.ebb.gateway.tls.TlsFilesException;
import dev.ebb.gateway.tls.TlsServer;
import dev.ebb.gateway.tls.TlsServerSettings;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Contexts for TLS; with none configured, nothing of it is loaded. */
record TlsParts(
        Optional<Tls> all, Optional<TlsServer> server, Map<ServiceName, TlsClient> clients) {
    static TlsParts of(GatewaySettings settings, List<GatewayService> services, Duration lookEvery)
            throws TlsFilesException {
        Optional<TlsServerSettings> listener = settings.listen().tls();
        boolean none = listener.isEmpty() && services.stream().allMatch(s -> s.tls().isEmpty());
        if (none) {
            return new TlsParts(Optional.empty(), Optional.empty(), Map.of());
        }
        var all = new Tls(lookEvery);
        Map<ServiceName, TlsClient> clients = new HashMap<>();
        Optional<TlsServer> server = Optional.empty();
        if (listener.isPresent()) {
            server = Optional.of(all.server(listener.get()));
        }
        for (GatewayService service : services) {
            if (service.tls().isPresent()) {
                var client = all.client(service.tls().get(), service.protocol().alpn());
                clients.put(service.name(), client);
            }
        }
        return new TlsParts(Optional.of(all), server, clients);
    }
}
