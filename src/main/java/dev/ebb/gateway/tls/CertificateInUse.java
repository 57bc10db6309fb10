package dev.ebb.gateway.tls;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/** A certificate that is shown to clients at the moment. */
public record CertificateInUse(Path file, List<String> names, Instant expires) {}
