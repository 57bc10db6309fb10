package dev.ebb.xds;

import java.util.Optional;

/**
 * How a data plane speaks to Ebb with TLS; files are the data plane's.
 *
 * @param ca PEM file with the certificates of who signs Ebb's
 * @param certificate PEM file with what the data plane shows of itself
 * @param key PEM file with the key to it
 * @param name what Ebb's certificate is for; empty for its address
 */
public record BootstrapTls(
        String ca, Optional<String> certificate, Optional<String> key, Optional<String> name) {}
