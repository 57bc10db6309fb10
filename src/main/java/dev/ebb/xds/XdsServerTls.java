package dev.ebb.xds;

import dev.ebb.pki.IdentityFiles;
import dev.ebb.pki.TrustFile;
import java.util.Optional;

/**
 * How xDS is served with TLS. Changed files are used within seconds, by connections that are new.
 *
 * @param clients who signs the certificates of data planes; empty for any data plane, with or
 *     without one
 * @param required whether a data plane must show a certificate, and not only may
 */
public record XdsServerTls(IdentityFiles identity, Optional<TrustFile> clients, boolean required) {}
