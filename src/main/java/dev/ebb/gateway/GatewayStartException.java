package dev.ebb.gateway;

import java.io.Serial;

/** The gateway cannot start; the message says what is in the way and what to do, for people. */
public final class GatewayStartException extends Exception {
    @Serial private static final long serialVersionUID = 1;

    public GatewayStartException(String message) {
        super(message);
    }

    public GatewayStartException(String message, Throwable cause) {
        super(message, cause);
    }
}
