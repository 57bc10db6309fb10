package dev.ebb.gateway.tls;

import dev.ebb.gateway.tls.TlsServerSettings.Verify;
import dev.ebb.pki.Identity;
import dev.ebb.pki.IdentityFiles;
import dev.ebb.pki.TrustFile;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SniHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.Mapping;
import io.netty.util.ReferenceCountUtil;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The side of TLS that accepts: gives each new connection a handler made from the newest good state
 * of the certificate files. Connections that exist keep what they began with. Safe for use by
 * several threads.
 */
public final class TlsServer {
    private static final Logger LOG = LoggerFactory.getLogger(TlsServer.class);

    /** More than any client's first message. */
    private static final int CLIENT_HELLO_MAX = 16 << 10;

    private static final Duration ROTATE_EVERY = Duration.ofHours(4);

    private final TlsServerSettings settings;
    private final Tickets tickets = new Tickets();
    private final List<Watched<Identity>> identities = new ArrayList<>();
    private final Optional<Watched<List<X509Certificate>>> authorities;
    private volatile ServerContexts current;
    private boolean closed;

    TlsServer(TlsServerSettings settings, FileWatch watch) throws TlsFilesException {
        this.settings = settings;
        for (IdentityFiles files : settings.certificates()) {
            identities.add(Watched.open(files.all(), files::read, watch, this::renew));
        }
        Optional<TrustFile> signers =
                settings.verify() == Verify.OFF ? Optional.empty() : settings.authorities();
        authorities =
                signers.isEmpty()
                        ? Optional.empty()
                        : Optional.of(
                                Watched.open(
                                        List.of(signers.get().file()),
                                        signers.get()::read,
                                        watch,
                                        this::trustChanged));
        try {
            current = contexts();
        } catch (SSLException e) {
            throw new TlsFilesException("TLS cannot be set up: " + e.getMessage(), e);
        }
        watch.regularly(ROTATE_EVERY, this::rotate);
        watch.regularly(Duration.ofDays(1), this::lookAtEnds);
    }

    private ServerContexts contexts() throws SSLException {
        return new ServerContexts(
                settings,
                identities.stream().map(Watched::value).toList(),
                authorities.map(Watched::value).orElse(List.of()),
                tickets);
    }

    private synchronized void renew() {
        if (closed) {
            return;
        }
        ServerContexts before = current;
        try {
            current = contexts();
        } catch (SSLException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
        before.release();
    }

    /** Who was trusted before must not come back with an old ticket. */
    private void trustChanged() {
        tickets.forget();
        renew();
    }

    private synchronized void rotate() {
        if (closed) {
            return;
        }
        tickets.rotate();
        current.renew(tickets);
    }

    private void lookAtEnds() {
        Instant now = Instant.now();
        for (Watched<Identity> identity : identities) {
            Duration left = Duration.between(now, identity.value().expires());
            if (left.isNegative()) {
                LOG.error("TLS: expired and still in use: {}; renew it", identity.file());
            } else if (left.compareTo(Duration.ofDays(14)) < 0) {
                LOG.warn("TLS: {} expires in {} days; renew it", identity.file(), left.toDays());
            }
        }
    }

    public TlsServerSettings settings() {
        return settings;
    }

    /** The certificates in use. */
    public List<CertificateInUse> certificates() {
        return identities.stream()
                .map(one ->
                        new CertificateInUse(
                                one.file(), one.value().names(), one.value().expires()))
                .toList();
    }

    /**
     * What is to be put in front of a new connection's handlers. It tells how the handshake ended
     * with an {@code SslHandshakeCompletionEvent}; limiting its time is the caller's matter.
     */
    public ChannelHandler newHandler(ByteBufAllocator allocator) {
        return current.isSingle() ? handler(null, allocator) : new ByName();
    }

    private SslContext retained(@Nullable String name) {
        while (true) {
            Optional<SslContext> context = current.retained(name);
            if (context.isPresent()) {
                return context.get();
            }
        }
    }

    private SslHandler handler(@Nullable String name, ByteBufAllocator allocator) {
        SslContext context = retained(name);
        try {
            return untimed(context.newHandler(allocator));
        } finally {
            ReferenceCountUtil.release(context);
        }
    }

    private static SslHandler untimed(SslHandler handler) {
        handler.setHandshakeTimeoutMillis(0);
        return handler;
    }

    /** Reads the server name from the client's first message, then gives way to TLS itself. */
    private final class ByName extends SniHandler {
        ByName() {
            super((Mapping<String, SslContext>) TlsServer.this::retained, CLIENT_HELLO_MAX, 0);
        }

        @Override
        protected void replaceHandler(
                ChannelHandlerContext ctx, @Nullable String name, SslContext context)
                throws Exception {
            try {
                super.replaceHandler(ctx, name, context);
            } finally {
                ReferenceCountUtil.release(context);
            }
        }

        @Override
        protected SslHandler newSslHandler(SslContext context, ByteBufAllocator allocator) {
            return untimed(super.newSslHandler(context, allocator));
        }
    }

    synchronized void close() {
        closed = true;
        current.release();
    }
}
