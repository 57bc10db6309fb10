package dev.ebb.gateway.tls;

import dev.ebb.gateway.tls.TlsServerSettings.Minimum;
import dev.ebb.gateway.tls.TlsServerSettings.Verify;
import dev.ebb.pki.Identity;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.IllegalReferenceCountException;
import io.netty.util.ReferenceCountUtil;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The contexts for one state of the certificate files: which certificate a server name gets. An
 * exact name goes before a wildcard, which stands for one label ({@code *.example.com}: RFC 9525
 * 6.3); what is for nobody gets the first. Immutable, and safe for use by several threads; after
 * {@link #release} the connections that have one of its contexts keep it.
 */
final class ServerContexts {
    private static final long TICKET_SECONDS = 3600;

    private final List<SslContext> all = new ArrayList<>();
    private final Map<String, SslContext> exact = new HashMap<>();
    private final Map<String, SslContext> wildcards = new HashMap<>();

    ServerContexts(
            TlsServerSettings settings,
            List<Identity> identities,
            List<X509Certificate> authorities,
            Tickets tickets)
            throws SSLException {
        try {
            for (Identity identity : identities) {
                SslContext context = context(settings, identity, authorities);
                all.add(context);
                tickets.give(context);
                for (String name : identity.names()) {
                    if (name.startsWith("*.")) {
                        wildcards.putIfAbsent(name.substring(1), context);
                    } else {
                        exact.putIfAbsent(name, context);
                    }
                }
            }
        } catch (SSLException | RuntimeException e) {
            release();
            throw e;
        }
    }

    private static SslContext context(
            TlsServerSettings settings, Identity identity, List<X509Certificate> authorities)
            throws SSLException {
        var versions =
                settings.minimum() == Minimum.TLS_1_3
                        ? List.of("TLSv1.3")
                        : List.of("TLSv1.3", "TLSv1.2");
        var builder = SslContextBuilder.forServer(identity.key(), identity.chain());
        Engines.common(builder, versions, settings.protocols());
        builder.sessionTimeout(TICKET_SECONDS);
        if (settings.verify() != Verify.OFF) {
            builder.trustManager(authorities)
                    .clientAuth(
                            settings.verify() == Verify.REQUIRED
                                    ? ClientAuth.REQUIRE
                                    : ClientAuth.OPTIONAL);
        }
        return builder.build();
    }

    private SslContext find(@Nullable String name) {
        if (name == null) {
            return all.getFirst();
        }
        SslContext found = exact.get(name);
        if (found == null) {
            int dot = name.indexOf('.');
            found = dot < 0 ? null : wildcards.get(name.substring(dot));
        }
        return found == null ? all.getFirst() : found;
    }

    /**
     * The context for this name, to be released by the caller; empty when this state of the files
     * has been replaced meanwhile.
     */
    Optional<SslContext> retained(@Nullable String name) {
        try {
            return Optional.of(ReferenceCountUtil.retain(find(name)));
        } catch (IllegalReferenceCountException e) {
            return Optional.empty();
        }
    }

    boolean isSingle() {
        return all.size() == 1;
    }

    void renew(Tickets tickets) {
        all.forEach(tickets::give);
    }

    void release() {
        all.forEach(ReferenceCountUtil::release);
    }
}
