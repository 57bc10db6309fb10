package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.balance.EndpointRole;
import dev.ebb.balance.HashKey;
import dev.ebb.balance.HashPolicy;
import dev.ebb.gateway.GatewaySettings.Heads;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that are placed by a key: where the key may stand, and whom it follows. */
@Timeout(60)
class HashGatewayTest {
    private static final int KEYS = 60;

    private static TestGateway gateway(HashKey... keys) {
        return gateway(GatewaySettings.DEFAULT, keys);
    }

    private static TestGateway gateway(GatewaySettings settings, HashKey... keys) {
        var by = new HashPolicy(List.of(keys), HashPolicy.BOUND);
        return new TestGateway(settings, TestGateway.PLAIN.withHash(by));
    }

    private static String request(String target, String... fields) {
        String lines = fields.length == 0 ? "" : String.join("\r\n", fields) + "\r\n";
        return "GET " + target + " HTTP/1.1\r\nHost: test\r\n" + lines + "\r\n";
    }

    /** How the same key is written in a request, and other things differ. */
    private static String keyed(String kind, int key, int other) {
        return switch (kind) {
            case "header" -> request("/" + other, "X-User: u" + key);
            case "cookie" ->
                    request("/" + other, "Cookie: a=" + other + "; cart=c" + key + "; z=1");
            case "query" -> request("/" + other + "?b=" + other + "&user=u" + key);
            case "path" -> request("/p" + key + "?b=" + other);
            default -> request("/" + other, "X-Forwarded-For: 1.1.1." + other + ", 10.0.0." + key);
        };
    }

    private static HashKey key(String kind) {
        return switch (kind) {
            case "header" -> new HashKey.Header("x-user");
            case "cookie" -> new HashKey.Cookie("cart");
            case "query" -> new HashKey.Query("user");
            case "path" -> new HashKey.Path();
            default -> new HashKey.ClientAddress();
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"header", "cookie", "query", "path", "client-address"})
    void theSameKeyGoesToTheSameInstanceOverAnyConnection(String kind) throws IOException {
        var settings = GatewaySettings.DEFAULT.with(Heads.DEFAULT.with(Trust.EVERYBODY));
        try (var one = TestInstance.answering("1");
                var two = TestInstance.answering("2");
                var three = TestInstance.answering("3");
                var gateway = gateway(settings, key(kind)).with(one, two, three)) {
            Map<Integer, String> places = new HashMap<>();
            for (int round = 0; round < 4; round++) {
                // A connection of its own each time, on any of the event loops.
                try (var client = new TestClient(gateway.gateway)) {
                    for (int i = 0; i < KEYS; i++) {
                        String at = client.ask(keyed(kind, i, round)).text();
                        assertThat(places.computeIfAbsent(i, _ -> at)).isEqualTo(at);
                    }
                }
            }
            assertThat(places.values()).contains("1", "2", "3");
            assertThat(gateway.traffic().resilience().ties().unkeyed()).isZero();
        }
    }

    @Test
    void theFirstKeyThatIsThereCountsAndNoneIsCounted() throws IOException {
        try (var one = TestInstance.answering("1");
                var two = TestInstance.answering("2");
                var three = TestInstance.answering("3");
                var gateway =
                        gateway(new HashKey.Cookie("cart"), new HashKey.Header("x-user"))
                                .with(one, two, three);
                var client = new TestClient(gateway.gateway)) {
            Set<String> byCookie = new HashSet<>();
            Set<String> byHeader = new HashSet<>();
            for (int i = 0; i < 40; i++) {
                byCookie.add(client.ask(request("/", "Cookie: cart=7", "X-User: " + i)).text());
                byHeader.add(client.ask(request("/", "Cookie: cart=; b=2", "X-User: 9")).text());
            }
            assertThat(byCookie).hasSize(1);
            assertThat(byHeader).hasSize(1);
            assertThat(gateway.traffic().resilience().ties().unkeyed()).isZero();
            Set<String> without = new HashSet<>();
            for (int i = 0; i < 60; i++) {
                without.add(client.ask(request("/")).text());
            }
            assertThat(without).as("by the default strategy, not by a key").hasSizeGreaterThan(1);
            assertThat(gateway.traffic().resilience().ties().unkeyed()).isEqualTo(60);
        }
    }

    @Test
    void overHttp2TheKeysAreTheSame() throws IOException {
        try (var one = TestInstance.answering("1");
                var two = TestInstance.answering("2");
                var gateway = gateway(new HashKey.Cookie("cart")).with(one, two);
                var old = new TestClient(gateway.gateway);
                var client = new TestHttp2Client(gateway.gateway)) {
            for (int i = 0; i < 30; i++) {
                String at = old.ask(request("/", "Cookie: a=1; cart=" + i)).text();
                // In crumbs, as browsers send them (RFC 9113 8.2.3).
                var answer = client.get("/", "cookie", "a=1", "cookie", "cart=" + i);
                assertThat(answer.text()).isEqualTo(at);
            }
        }
    }

    @Test
    void aParkMovesTheKeysOfTheParkedOneAndNoOther() throws IOException {
        try (var one = TestInstance.answering("1");
                var two = TestInstance.answering("2");
                var three = TestInstance.answering("3");
                var gateway = gateway(new HashKey.Path()).with(one, two, three);
                var client = new TestClient(gateway.gateway)) {
            Map<Integer, String> before = new HashMap<>();
            for (int i = 0; i < KEYS; i++) {
                before.put(i, client.ask(request("/" + i)).text());
            }
            gateway.publish(
                    List.of(
                            one.endpoint(TestGateway.id(1), EndpointRole.ACTIVE),
                            two.endpoint(TestGateway.id(2), EndpointRole.PARKED),
                            three.endpoint(TestGateway.id(3), EndpointRole.ACTIVE)));
            for (int i = 0; i < KEYS; i++) {
                String at = client.ask(request("/" + i)).text();
                if ("2".equals(before.get(i))) {
                    assertThat(at).isNotEqualTo("2");
                } else {
                    assertThat(at).isEqualTo(before.get(i));
                }
            }
            gateway.with(one, two, three);
            for (int i = 0; i < KEYS; i++) {
                assertThat(client.ask(request("/" + i)).text()).isEqualTo(before.get(i));
            }
        }
    }
}
