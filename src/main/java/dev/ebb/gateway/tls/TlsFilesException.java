package dev.ebb.gateway.tls;

import dev.ebb.pki.Flaw;
import java.io.Serial;
import java.util.List;
import java.util.stream.Collectors;

/** Certificate files cannot be used; the message tells all that is wrong, for people. */
public final class TlsFilesException extends Exception {
    @Serial private static final long serialVersionUID = 1;

    TlsFilesException(List<Flaw> flaws) {
        super(flaws.stream().map(Flaw::toString).collect(Collectors.joining("; ")));
    }

    TlsFilesException(String text, Throwable cause) {
        super(text, cause);
    }
}
