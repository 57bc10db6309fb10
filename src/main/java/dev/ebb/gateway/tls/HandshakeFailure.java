package dev.ebb.gateway.tls;

import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Locale;

/**
 * Why a handshake failed, as far as it can be told from what the TLS library says. The code stands
 * in the metrics.
 */
public enum HandshakeFailure {
    /** It took too long. */
    TIMEOUT("timeout", "the handshake took too long"),
    /** Too many were in progress, and this was the oldest. */
    CROWDED("crowded", "too many handshakes were in progress"),
    /** HTTP without TLS. */
    PLAIN_HTTP("plain_http", "the peer spoke HTTP without TLS"),
    /** Neither TLS nor HTTP. */
    NOT_TLS("not_tls", "the peer did not speak TLS"),
    /** TLS that is too old, or no cipher in common. */
    NOTHING_IN_COMMON("nothing_in_common", "no version of TLS or cipher in common"),
    NO_CERTIFICATE("no_certificate", "the peer showed no certificate"),
    /** Expired, for other names, or signed by somebody else. */
    BAD_CERTIFICATE("bad_certificate", "the peer's certificate is not accepted"),
    /** The other side did not like our certificate, or its own is not liked there. */
    REFUSED_BY_PEER("refused_by_peer", "the peer refused"),
    CLOSED("closed", "the peer closed the connection"),
    OTHER("other", "the handshake failed");

    private final String code;
    private final String text;

    HandshakeFailure(String code, String text) {
        this.code = code;
        this.text = text;
    }

    public String code() {
        return code;
    }

    /** In a line for people, with what the innermost cause has to add. */
    public String text(Throwable cause) {
        String detail = "";
        for (Throwable t = cause; t != null; t = t.getCause()) {
            String message = String.valueOf(t.getMessage()).lines().findFirst().orElse("");
            if (t instanceof CertificateExpiredException) {
                detail = "it has expired (" + message + ")";
            } else if (t instanceof CertificateNotYetValidException) {
                detail = "it is not valid yet (" + message + ")";
            } else if (t instanceof CertPathValidatorException
                    || t instanceof CertPathBuilderException) {
                detail = detail.startsWith("it ") ? detail : "nobody who is trusted signed it";
            } else if (t instanceof CertificateException || this == OTHER) {
                detail = detail.isEmpty() || this == OTHER ? message : detail;
            }
        }
        return detail.isEmpty() ? text : text + ": " + detail;
    }

    public static HandshakeFailure of(Throwable failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof SslHandshakeTimeoutException) {
                return TIMEOUT;
            }
            if (t instanceof NotSslRecordException) {
                return NOT_TLS;
            }
            if (t instanceof CertificateException) {
                return BAD_CERTIFICATE;
            }
        }
        for (Throwable t = failure; t != null; t = t.getCause()) {
            var found = said(String.valueOf(t.getMessage()).toLowerCase(Locale.ROOT));
            if (found != OTHER) {
                return found;
            }
            if (t instanceof ClosedChannelException) {
                return CLOSED;
            }
        }
        return OTHER;
    }

    /** By the words of BoringSSL and of the JDK. */
    private static HandshakeFailure said(String text) {
        if (contains(text, "did_not_return_a_certificate", "empty client certificate chain")) {
            return NO_CERTIFICATE;
        }
        // An alert that was not encrypted yet, as OpenSSL sends it, is a packet that is too short.
        if (contains(text, "_alert_", "fatal alert", "bad_packet_length")) {
            return REFUSED_BY_PEER;
        }
        if (contains(
                text,
                "unsupported_protocol",
                "no_shared_cipher",
                "no_shared_group",
                "no_common",
                "no cipher suites in common",
                "client requested protocol",
                "not enabled or supported",
                "not accepted by server preferences",
                "version_too_low")) {
            return NOTHING_IN_COMMON;
        }
        if (contains(text, "certificate_verify_failed", "path building failed")) {
            return BAD_CERTIFICATE;
        }
        if (contains(
                text, "wrong_version_number", "http_request", "not an ssl", "unexpected_record")) {
            return NOT_TLS;
        }
        return contains(text, "closed", "reset") ? CLOSED : OTHER;
    }

    private static boolean contains(String text, String... parts) {
        for (String part : parts) {
            if (text.contains(part)) {
                return true;
            }
        }
        return false;
    }
}
