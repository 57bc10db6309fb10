package dev.ebb.gateway.tls;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whose TLS is used: BoringSSL, which costs a fraction of the JDK's, and the JDK's where BoringSSL
 * cannot be loaded. And what both may negotiate.
 */
final class Engines {
    private static final Logger LOG = LoggerFactory.getLogger(Engines.class);

    /** Forward secrecy and authenticated encryption only; those of TLS 1.3 first. */
    private static final List<String> SUITES =
            List.of(
                    "TLS_AES_128_GCM_SHA256",
                    "TLS_AES_256_GCM_SHA384",
                    "TLS_CHACHA20_POLY1305_SHA256",
                    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
                    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
                    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
                    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    private static final String[] GROUPS = {"X25519MLKEM768", "X25519", "P-256", "P-384"};

    private static final SslProvider PROVIDER = choose();

    private Engines() {}

    private static SslProvider choose() {
        // Tests of the JDK's; Netty's own switch for its native library works as well.
        if (OpenSsl.isAvailable() && !Boolean.getBoolean("ebb.tls.jdk")) {
            return SslProvider.OPENSSL_REFCNT;
        }
        // BoringSSL never renegotiates; the JDK must be told before it first looks.
        System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
        Throwable cause = OpenSsl.unavailabilityCause();
        LOG.warn(
                "TLS by the JDK, which takes more CPU, because BoringSSL cannot be loaded: {}",
                cause == null ? "it is switched off" : String.valueOf(cause.getMessage()));
        return SslProvider.JDK;
    }

    static boolean isNative() {
        return PROVIDER == SslProvider.OPENSSL_REFCNT;
    }

    /** What is common to both sides. */
    static SslContextBuilder common(
            SslContextBuilder builder, List<String> versions, List<String> protocols) {
        builder.sslProvider(PROVIDER)
                .protocols(versions)
                .ciphers(SUITES, SupportedCipherSuiteFilter.INSTANCE)
                .applicationProtocolConfig(
                        new ApplicationProtocolConfig(
                                ApplicationProtocolConfig.Protocol.ALPN,
                                ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                                ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                                protocols));
        if (isNative()) {
            builder.option(OpenSslContextOption.GROUPS, GROUPS);
        }
        return builder;
    }
}
