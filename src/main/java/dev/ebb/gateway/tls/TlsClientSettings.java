package dev.ebb.gateway.tls;

import dev.ebb.pki.IdentityFiles;
import dev.ebb.pki.TrustFile;
import java.util.Optional;

/**
 * How the gateway speaks TLS to a service's instances.
 *
 * @param authorities who signs the instances' certificates; those that the JDK trusts without it
 * @param identity what the gateway shows of itself
 * @param serverName what it asks for, and what the certificate must be for; the endpoint's host
 *     without it
 * @param verify false trusts any certificate: encrypted, but whoever answers
 */
public record TlsClientSettings(
        Optional<TrustFile> authorities,
        Optional<IdentityFiles> identity,
        Optional<String> serverName,
        boolean verify) {}
