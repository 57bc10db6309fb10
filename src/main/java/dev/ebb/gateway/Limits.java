package dev.ebb.gateway;

/**
 * What the gateway takes at most of everything. Bytes unless said otherwise; each is per what its
 * name says, and what goes beyond is refused with a status that tells so.
 *
 * @param headBytes a request's or response's whole head, and a chunked body's trailers
 * @param headFields fields in one head
 * @param targetBytes the request target (414 beyond)
 * @param requestBodyBytes a request's body; 0 for no limit (413 beyond)
 * @param uploadRate bytes a second in which a request's body has to come on average, once it takes
 *     longer than {@link Timeouts#requestBody}; for HTTP/1.1 and bodies of a stated length; 0 for
 *     no limit (408 below)
 * @param replayBytes of a request's body that are kept, so that it can be sent again elsewhere
 * @param writeBufferBytes waiting to be written to one connection before its source is paused
 * @param clientConnections open client connections in all; further ones get a 503
 * @param connectionsPerInstance upstream connections per instance and event loop
 * @param waitingPerInstance requests per instance and event loop that wait for a connection
 * @param idlePerInstance pooled idle connections per instance and event loop
 */
public record Limits(
        int headBytes,
        int headFields,
        int targetBytes,
        long requestBodyBytes,
        int uploadRate,
        int replayBytes,
        int writeBufferBytes,
        int clientConnections,
        int connectionsPerInstance,
        int waitingPerInstance,
        int idlePerInstance) {
    public static final Limits DEFAULT =
            new Limits(
                    32 * 1024,
                    100,
                    8 * 1024,
                    0,
                    100,
                    64 * 1024,
                    128 * 1024,
                    20_000,
                    1_024,
                    1_024,
                    256);

    public Limits {
        atLeast("headBytes", headBytes, 256);
        atLeast("headFields", headFields, 4);
        atLeast("targetBytes", targetBytes, 16);
        atLeast("requestBodyBytes", requestBodyBytes, 0);
        atLeast("uploadRate", uploadRate, 0);
        atLeast("replayBytes", replayBytes, 0);
        atLeast("writeBufferBytes", writeBufferBytes, 4096);
        atLeast("clientConnections", clientConnections, 1);
        atLeast("connectionsPerInstance", connectionsPerInstance, 1);
        atLeast("waitingPerInstance", waitingPerInstance, 0);
        atLeast("idlePerInstance", idlePerInstance, 0);
    }

    private static void atLeast(String name, long value, long least) {
        if (value < least) {
            throw new IllegalArgumentException(
                    "%s must be at least %d, but is %d".formatted(name, least, value));
        }
    }
}
