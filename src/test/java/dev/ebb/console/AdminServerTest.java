package dev.ebb.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ebb.control.Order;
import dev.ebb.control.Order.Answer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The admin API over real connections. */
@Timeout(30)
class AdminServerTest {
    private static final String TOKEN = "0123456789abcdef";
    private static final String GOOD_HOST = "Host: 127.0.0.1\r\n";
    private static final String AUTH = "Authorization: Bearer " + TOKEN + "\r\n";

    private final List<Order> ordered = new CopyOnWriteArrayList<>();
    private final List<Boolean> stops = new CopyOnWriteArrayList<>();
    private volatile Answer answer = new Answer.Done("it is done");
    private volatile Optional<String> trouble = Optional.empty();
    private final List<AdminServer> servers = new ArrayList<>();

    @BeforeEach
    void start() throws IOException {
        var backend =
                new Backend(
                        Samples::view,
                        order -> {
                            if (order instanceof Order.Freeze) {
                                throw new IllegalStateException("as a test wants it");
                            }
                            ordered.add(order);
                            return answer;
                        },
                        stops::add,
                        () -> trouble);
        var loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        servers.add(AdminServer.start(loopback, TOKEN, backend));
    }

    @AfterEach
    void stop() {
        servers.forEach(AdminServer::close);
    }

    private AdminServer server() {
        return servers.getFirst();
    }

    private AdminClient client(String token) {
        return new AdminClient(new AdminFile("127.0.0.1", server().address().getPort(), 1, token));
    }

    /** Sends a head as it is, and returns everything that comes back. */
    private String raw(String requestLine, String fields, String body) throws IOException {
        try (var socket =
                new Socket(server().address().getAddress(), server().address().getPort())) {
            socket.setSoTimeout(15_000);
            String head = requestLine + " HTTP/1.1\r\n" + fields + "Connection: close\r\n";
            String length = body.isEmpty() ? "" : "Content-Length: " + body.length() + "\r\n";
            socket.getOutputStream()
                    .write((head + length + "\r\n" + body).getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private String get(String path) throws IOException {
        return raw("GET " + path, GOOD_HOST, "");
    }

    @Test
    void tellsTheState() throws IOException {
        assertThat(client(TOKEN).view()).isEqualTo(Samples.view());
        assertThat(get("/v1/services/hello/explain"))
                .startsWith("HTTP/1.1 200")
                .contains("hello-3 is on trial");
        assertThat(get("/v1/services/other/explain"))
                .startsWith("HTTP/1.1 404")
                .contains("there is no service 'other'");
        assertThat(get("/nothing")).startsWith("HTTP/1.1 404");
        assertThat(get("/")).contains("POST /v1/orders");
    }

    @Test
    void saysWhetherEbbIsWell() throws IOException {
        assertThat(get("/healthz")).startsWith("HTTP/1.1 200").endsWith("ok\n");
        trouble = Optional.of("no tick for 20 s");
        assertThat(get("/healthz")).startsWith("HTTP/1.1 503").endsWith("no tick for 20 s\n");
    }

    @Test
    void carriesOutOrders() throws IOException {
        var order = new Order.Scale(Samples.HELLO, OptionalInt.of(3), false);
        assertThat(client(TOKEN).order(order)).isEqualTo(new Answer.Done("it is done"));
        answer = new Answer.Refused("the load needs 4");
        assertThat(client(TOKEN).order(order)).isEqualTo(new Answer.Refused("the load needs 4"));
        assertThat(ordered).containsExactly(order, order);
        client(TOKEN).stop(true);
        assertThat(stops).containsExactly(true);
    }

    @Test
    void ordersNeedTheToken() throws IOException {
        var order = new Order.Rescue(Samples.hello(1));
        assertThat(client("0123456789abcdeg").order(order))
                .isEqualTo(new Answer.Refused("orders need the token of admin.json"));
        assertThat(raw("POST /v1/stop", GOOD_HOST, "{}")).startsWith("HTTP/1.1 401");
        assertThat(raw("POST /v1/stop", GOOD_HOST + "Authorization: " + TOKEN + "\r\n", "{}"))
                .startsWith("HTTP/1.1 401");
        assertThatThrownBy(() -> client("").stop(false)).isInstanceOf(IOException.class);
        assertThat(ordered).isEmpty();
        assertThat(stops).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "127.0.0.1.evil.example",
                "localhost.evil:80",
                "10.0.0.1",
                ""
            })
    void aForeignHostIsRefused(String host) throws IOException {
        String field = host.isEmpty() ? "" : "Host: " + host + "\r\n";
        assertThat(raw("GET /v1/status", field, "")).matches("(?s)HTTP/1.1 40[03].*");
        assertThat(raw("POST /v1/stop", field + AUTH, "{}")).matches("(?s)HTTP/1.1 40[03].*");
        assertThat(stops).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LOCALHOST:80", "127.1.2.3:9", "[::1]:80"})
    void loopbackHostsAreFine(String host) throws IOException {
        assertThat(raw("GET /healthz", "Host: " + host + "\r\n", "")).startsWith("HTTP/1.1 200");
    }

    @Test
    void refusesWhatItDoesNotUnderstand() throws IOException {
        assertThat(raw("POST /v1/orders", GOOD_HOST + AUTH, "no json"))
                .startsWith("HTTP/1.1 400")
                .contains("the body is not JSON");
        assertThat(raw("POST /v1/orders", GOOD_HOST + AUTH, "x".repeat(70_000)))
                .startsWith("HTTP/1.1 413");
        assertThat(raw("POST /v1/status", GOOD_HOST, "{}"))
                .startsWith("HTTP/1.1 405")
                .containsIgnoringCase("Allow: GET");
        assertThat(get("/v1/orders")).startsWith("HTTP/1.1 405");
        assertThat(ordered).isEmpty();
    }

    @Test
    void aFailureIsAnAnswerAndNotTheEnd() throws IOException {
        assertThat(raw("POST /v1/orders", GOOD_HOST + AUTH, "{\"type\":\"freeze\",\"on\":true}"))
                .startsWith("HTTP/1.1 500");
        assertThat(get("/healthz")).startsWith("HTTP/1.1 200");
    }

    @Test
    void listensOnLoopbackOnly() {
        assertThatThrownBy(() ->
                        AdminServer.start(
                                new InetSocketAddress("0.0.0.0", 0),
                                TOKEN,
                                new Backend(
                                        Samples::view,
                                        order -> answer,
                                        stops::add,
                                        Optional::empty)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("loopback only");
    }
}
