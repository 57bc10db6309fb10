package dev.ebb.xds;

import dev.ebb.pki.IdentityFiles;
import dev.ebb.pki.TrustFile;
import java.util.Optional;

/**
 * How a gateway speaks to its Ebb with TLS. Files are read anew for each connection.
 *
 * @param ca who signs Ebb's certificate
 * @param identity what the gateway shows of itself
 * @param serverName what Ebb's certificate is for; its address without it
 */
public record XdsClientTls(
        TrustFile ca, Optional<IdentityFiles> identity, Optional<String> serverName) {}
