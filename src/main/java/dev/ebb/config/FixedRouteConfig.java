package dev.ebb.config;

import java.util.Map;
import java.util.Optional;

/** Requests that the gateway answers itself. Immutable. */
public record FixedRouteConfig(RouteConfig.Match match, Answer answer) {

    /** What it answers. */
    public sealed interface Answer {}

    /**
     * Always the same.
     *
     * @param headers in the order of the file; always with a content type if there is a body
     */
    public record Respond(int status, Map<String, String> headers, String body) implements Answer {}

    /**
     * Sends the client elsewhere.
     *
     * @param url empty for the same host, path and query over https
     * @param port of https, when there is no URL
     * @param keepPath whether path and query of the request follow the URL
     */
    public record Redirect(Optional<String> url, int port, boolean keepPath, boolean permanent)
            implements Answer {}
}
