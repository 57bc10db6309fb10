package dev.ebb.gateway;

import java.util.List;

/** Requests that the gateway answers itself, as it was told to. Immutable. */
public record FixedRoute(RouteMatch match, Answer answer) {

    /** What it answers. */
    public sealed interface Answer {}

    /** One field of an answer. */
    public record Field(String name, String value) {}

    /**
     * Always the same.
     *
     * @param fields but for those of framing and connection, which the gateway writes
     * @param body in UTF-8; must be empty where the status forbids one
     */
    public record Respond(int status, List<Field> fields, String body) implements Answer {
        public Respond {
            fields = List.copyOf(fields);
            boolean bodiless = status == 204 || status == 304;
            if (status < 200 || status > 599 || (bodiless && !body.isEmpty())) {
                throw new IllegalArgumentException("no final status with a body: " + status);
            }
        }
    }

    /**
     * To the same host, path and query over https. The host is the request's own, whose form was
     * checked; a request without one gets a 400.
     *
     * @param port of https there
     */
    public record ToHttps(int port, boolean permanent) implements Answer {}

    /**
     * To somewhere else.
     *
     * @param keepPath whether path and query of the request follow the URL, which then must not end
     *     with a slash
     */
    public record Redirect(String url, boolean keepPath, boolean permanent) implements Answer {
        public Redirect {
            if (keepPath && (url.endsWith("/") || url.contains("?") || url.contains("#"))) {
                throw new IllegalArgumentException("a path cannot follow " + url);
            }
        }
    }
}
