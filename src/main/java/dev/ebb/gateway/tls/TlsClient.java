package dev.ebb.gateway.tls;

import dev.ebb.pki.Identity;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.IllegalReferenceCountException;
import io.netty.util.ReferenceCountUtil;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/**
 * The side of TLS that connects, to one service's instances: each new connection is made with the
 * newest good state of the files. Safe for use by several threads.
 */
public final class TlsClient {
    private final TlsClientSettings settings;
    private final String protocol;
    private final Optional<Watched<List<X509Certificate>>> authorities;
    private final Optional<Watched<Identity>> identity;
    private volatile SslContext current;
    private boolean closed;

    TlsClient(TlsClientSettings settings, String protocol, FileWatch watch)
            throws TlsFilesException {
        this.settings = settings;
        this.protocol = protocol;
        if (settings.authorities().isPresent() && settings.verify()) {
            var trust = settings.authorities().get();
            authorities =
                    Optional.of(
                            Watched.open(List.of(trust.file()), trust::read, watch, this::renew));
        } else {
            authorities = Optional.empty();
        }
        if (settings.identity().isPresent()) {
            var files = settings.identity().get();
            identity = Optional.of(Watched.open(files.all(), files::read, watch, this::renew));
        } else {
            identity = Optional.empty();
        }
        try {
            current = context();
        } catch (SSLException e) {
            throw new TlsFilesException("TLS cannot be set up: " + e.getMessage(), e);
        }
    }

    private SslContext context() throws SSLException {
        var builder = SslContextBuilder.forClient();
        Engines.common(builder, List.of("TLSv1.3", "TLSv1.2"), List.of(protocol));
        authorities.ifPresent(trusted -> builder.trustManager(trusted.value()));
        identity.map(Watched::value).ifPresent(own -> builder.keyManager(own.key(), own.chain()));
        if (!settings.verify()) {
            builder.trustManager(InsecureTrustManagerFactory.INSTANCE);
            builder.endpointIdentificationAlgorithm(null);
        }
        return builder.build();
    }

    /** What instances are expected to speak; told to them by ALPN. */
    public String protocol() {
        return protocol;
    }

    private synchronized void renew() {
        if (closed) {
            return;
        }
        SslContext before = current;
        try {
            current = context();
        } catch (SSLException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
        ReferenceCountUtil.release(before);
    }

    /** For a connection to this address; the handshake must end within the time. */
    public SslHandler newHandler(
            ByteBufAllocator allocator, String host, int port, Duration timeout) {
        SslContext context = retained();
        try {
            var name = settings.serverName().orElse(host);
            SslHandler handler = context.newHandler(allocator, name, port);
            handler.setHandshakeTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
            return handler;
        } finally {
            ReferenceCountUtil.release(context);
        }
    }

    private SslContext retained() {
        while (true) {
            try {
                return ReferenceCountUtil.retain(current);
            } catch (IllegalReferenceCountException e) {
                // Replaced just now: the next look finds the new one.
            }
        }
    }

    synchronized void close() {
        closed = true;
        ReferenceCountUtil.release(current);
    }
}
