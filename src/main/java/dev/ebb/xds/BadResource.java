package dev.ebb.xds;

import java.io.Serial;

/** A resource that this gateway cannot do as it says; the message says why. */
final class BadResource extends Exception {
    @Serial private static final long serialVersionUID = 1;

    BadResource(String text) {
        super(text);
    }
}
