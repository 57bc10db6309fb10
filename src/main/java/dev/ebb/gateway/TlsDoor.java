package dev.ebb.gateway;

import dev.ebb.gateway.tls.HandshakeFailure;
import dev.ebb.gateway.tls.TlsServer;
import dev.ebb.gateway.tls.TlsServerSettings.Verify;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Optional;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands between TLS and a client's connection. Until the first byte there is nothing but this;
 * then TLS is put in front of it, and when the handshake is done the connection behind. From there
 * on it turns what TLS tells into what a connection without TLS would see. One event loop.
 */
// Netty tells of what fails by closing the connection, and that is where it is handled.
@SuppressWarnings("FutureReturnValueIgnored")
final class TlsDoor extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(TlsDoor.class);

    /** A record of TLS that holds a handshake begins so (RFC 8446 5.1). */
    private static final int HANDSHAKE_RECORD = 22;

    private enum State {
        /** Nothing has come in. */
        SILENT,
        HANDSHAKE,
        OPEN,
        /** No handshake, or a failed one; what still comes in is thrown away. */
        REFUSED
    }

    private final GatewayLoop loop;
    private final Handshakes handshakes;
    private final TlsServer server;
    private final long sinceNanos;
    private State state = State.SILENT;
    private @Nullable Channel channel;

    TlsDoor(GatewayLoop loop, Handshakes handshakes, TlsServer server, long sinceNanos) {
        this.loop = loop;
        this.handshakes = handshakes;
        this.server = server;
        this.sinceNanos = sinceNanos;
    }

    long sinceNanos() {
        return sinceNanos;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        channel = ctx.channel();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (state == State.OPEN) {
            ctx.fireChannelRead(message);
        } else if (state == State.SILENT && message instanceof ByteBuf bytes) {
            knocked(ctx, bytes);
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    private void knocked(ChannelHandlerContext ctx, ByteBuf bytes) {
        if (!bytes.isReadable()) {
            bytes.release();
            return;
        }
        int first = bytes.getUnsignedByte(bytes.readerIndex());
        if (first == HANDSHAKE_RECORD) {
            state = State.HANDSHAKE;
            ctx.pipeline().addBefore(ctx.name(), null, server.newHandler(ctx.alloc()));
            // From the start again: TLS stands there now.
            ctx.pipeline().fireChannelRead(bytes);
            return;
        }
        bytes.release();
        state = State.REFUSED;
        if (first >= 'A' && first <= 'Z') {
            handshakes.counters.failed(HandshakeFailure.PLAIN_HTTP);
            answerPlainly(ctx);
        } else {
            handshakes.counters.failed(HandshakeFailure.NOT_TLS);
            ctx.close();
        }
    }

    /** Closing at once could reset the connection before the client has read the answer. */
    private void answerPlainly(ChannelHandlerContext ctx) {
        loop.unrouted().refused(Refusal.PLAIN_HTTP);
        var answer =
                loop.rewriter()
                        .refusal(
                                Refusal.PLAIN_HTTP,
                                HeadRewriter.NO_RETRY_AFTER,
                                loop.requestIds().next(RequestIds.NONE),
                                Hereafter.CLOSES,
                                false,
                                ctx.alloc());
        ctx.writeAndFlush(answer)
                .addListener(done -> ((DuplexChannel) ctx.channel()).shutdownOutput());
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        switch (event) {
            case SslHandshakeCompletionEvent done when state == State.HANDSHAKE -> {
                if (done.isSuccess()) {
                    handshakeDone(ctx);
                } else {
                    var why = HandshakeFailure.of(done.cause());
                    var from = ctx.channel().remoteAddress();
                    LOG.debug("TLS with {}: {} ({})", from, why, String.valueOf(done.cause()));
                    failed(ctx, why);
                }
            }
            // Its last word: as if it had closed its side.
            case SslCloseCompletionEvent said when said.isSuccess() -> ctx.close();
            default -> ctx.fireUserEventTriggered(event);
        }
    }

    private void failed(ChannelHandlerContext ctx, HandshakeFailure why) {
        handshakes.counters.failed(why);
        state = State.REFUSED;
        ctx.close();
    }

    private void handshakeDone(ChannelHandlerContext ctx) {
        SslHandler tls = ctx.pipeline().get(SslHandler.class);
        byte[] field;
        try {
            field = clientCert(tls).map(TlsDoor::field).orElse(new byte[0]);
        } catch (CertificateException e) {
            failed(ctx, HandshakeFailure.BAD_CERTIFICATE);
            return;
        }
        var agreed = Optional.ofNullable(tls.applicationProtocol()).orElse("http/1.1");
        new Secured(agreed, field).keepWith(ctx.channel());
        handshakes.counters.done();
        handshakes.ended(this);
        state = State.OPEN;
        loop.accepted(ctx.channel());
    }

    /**
     * The client's certificate, which TLS has verified.
     *
     * @throws CertificateException when it has expired since; a resumed session is older
     */
    private Optional<X509Certificate> clientCert(SslHandler tls) throws CertificateException {
        if (server.settings().verify() == Verify.OFF) {
            return Optional.empty();
        }
        try {
            Certificate[] chain = tls.engine().getSession().getPeerCertificates();
            if (chain.length > 0 && chain[0] instanceof X509Certificate certificate) {
                certificate.checkValidity();
                return Optional.of(certificate);
            }
            return Optional.empty();
        } catch (SSLPeerUnverifiedException e) {
            return Optional.empty();
        }
    }

    private static byte[] field(X509Certificate certificate) {
        try {
            var der = Base64.getEncoder().encodeToString(certificate.getEncoded());
            return Bytes.ascii("Client-Cert: :" + der + ":\r\n");
        } catch (CertificateException e) {
            throw new IllegalStateException(e);
        }
    }

    // ---- Ends

    /** It has had its time or its room. */
    void giveUp(HandshakeFailure why) {
        if (state != State.REFUSED) {
            handshakes.counters.failed(why);
        }
        state = State.REFUSED;
        handshakes.ended(this);
        closeNow();
    }

    void closeSilent() {
        if (state == State.SILENT) {
            closeNow();
        }
    }

    void closeNow() {
        Channel open = channel;
        if (open != null) {
            open.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (state == State.OPEN) {
            ctx.fireChannelInactive();
            return;
        }
        if (state == State.HANDSHAKE) {
            handshakes.counters.failed(HandshakeFailure.CLOSED);
        }
        state = State.REFUSED;
        handshakes.ended(this);
        loop.neverAccepted();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (state == State.OPEN) {
            ctx.fireExceptionCaught(plain(cause));
        } else if (state != State.HANDSHAKE) {
            // A failed handshake tells of itself in an event.
            ctx.close();
        }
    }

    /** What TLS does not like is an error of the connection, like a reset. */
    static Throwable plain(Throwable cause) {
        return cause instanceof DecoderException && cause.getCause() instanceof SSLException inner
                ? inner
                : cause;
    }
}
