package dev.ebb.console;

import dev.ebb.control.Order;
import dev.ebb.control.Order.Answer;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Speaks to a running Ebb. Every call is bounded in time and size. For one thread. */
public final class AdminClient {
    private static final Duration CONNECT = Duration.ofSeconds(2);
    private static final Duration ANSWER = Duration.ofSeconds(10);
    private static final int LARGEST = 64 << 20;

    static {
        // An order is not sent a second time behind our back.
        System.setProperty("sun.net.http.retryPost", "false");
    }

    private final AdminFile admin;

    public AdminClient(AdminFile admin) {
        this.admin = admin;
    }

    /** The present state, as JSON. */
    public String status() throws IOException {
        return get("/v1/status");
    }

    public View view() throws IOException {
        try {
            return Wire.read(status(), View.class);
        } catch (JacksonException e) {
            throw new IOException("Ebb's answer is not understood; is it of another version?", e);
        }
    }

    public Answer order(Order order) throws IOException {
        Reply reply = call("POST", "/v1/orders", OrderJson.write(order));
        return reply.status == 200
                ? new Answer.Done(reply.field("done"))
                : new Answer.Refused(reply.field(reply.status == 409 ? "refused" : "error"));
    }

    /** Begins to end Ebb. */
    public void stop(boolean keepInstances) throws IOException {
        Reply reply = call("POST", "/v1/stop", Wire.write(Map.of("keep_instances", keepInstances)));
        if (reply.status != 202) {
            throw new IOException(reply.field("error"));
        }
    }

    /** Begins to hand over to another process. */
    public Answer upgrade(UpgradeOrder order) throws IOException {
        Reply reply = call("POST", "/v1/upgrade", OrderJson.write(order));
        return reply.status == 202
                ? new Answer.Done(reply.field("done"))
                : new Answer.Refused(reply.field(reply.status == 409 ? "refused" : "error"));
    }

    private String get(String path) throws IOException {
        Reply reply = call("GET", path, "");
        if (reply.status != 200) {
            throw new IOException(reply.field("error"));
        }
        return reply.body;
    }

    private record Reply(int status, String body) {
        String field(String name) {
            try {
                JsonNode value = Wire.tree(body).path(name);
                return value.isString() ? value.stringValue() : "status " + status;
            } catch (JacksonException e) {
                return "status " + status;
            }
        }
    }

    private Reply call(String method, String path, String body) throws IOException {
        String host = admin.host().contains(":") ? "[" + admin.host() + "]" : admin.host();
        var uri = URI.create("http://" + host + ":" + admin.port() + path);
        var connection = (HttpURLConnection) uri.toURL().openConnection(Proxy.NO_PROXY);
        try {
            connection.setConnectTimeout((int) CONNECT.toMillis());
            connection.setReadTimeout((int) ANSWER.toMillis());
            connection.setInstanceFollowRedirects(false);
            connection.setRequestMethod(method);
            if (method.equals("POST")) {
                connection.setRequestProperty("Authorization", "Bearer " + admin.token());
                connection.setRequestProperty("Content-Type", "application/json");
                connection.setDoOutput(true);
                try (var out = connection.getOutputStream()) {
                    out.write(body.getBytes(StandardCharsets.UTF_8));
                }
            }
            int status = connection.getResponseCode();
            try (InputStream in =
                    status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
                byte[] bytes = in == null ? new byte[0] : in.readNBytes(LARGEST);
                return new Reply(status, new String(bytes, StandardCharsets.UTF_8));
            }
        } finally {
            connection.disconnect();
        }
    }
}
