package dev.ebb.gateway;

/** What the instances of a service speak. */
public enum Protocol {
    HTTP1("http/1.1"),
    /** In the clear by prior knowledge, over TLS by ALPN. gRPC needs it. */
    HTTP2("h2");

    private final String alpn;

    Protocol(String alpn) {
        this.alpn = alpn;
    }

    /** Its name in TLS's negotiation (RFC 7301). */
    String alpn() {
        return alpn;
    }
}
