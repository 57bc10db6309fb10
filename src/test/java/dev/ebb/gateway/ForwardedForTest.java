package dev.ebb.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ebb.gateway.AccessLogSettings.Query;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The client behind proxies: whose word counts, and whose address the access log has. */
// Where a line ends is what these texts are about.
@SuppressWarnings("StringConcatToTextBlock")
class ForwardedForTest {
    private static final Trust LISTED =
            new Trust(
                    false,
                    List.of(
                            network("127.0.0.1", 32),
                            network("10.0.0.0", 9),
                            network("fd00::", 8)));

    @TempDir Path folder;

    private static Trust.Network network(String address, int bits) {
        return new Trust.Network(InetAddress.ofLiteral(address), bits);
    }

    /** The line of a request with such fields, as the access log has it. */
    private String logged(Trust trust, String fields) throws IOException {
        Path file = folder.resolve("access.json");
        var log =
                new AccessLogSettings(Optional.of(file), 1, Duration.ZERO, Query.NONE, 1 << 20, 2);
        var settings =
                GatewaySettings.DEFAULT
                        .withLoops(1)
                        .withAccessLog(log)
                        .with(GatewaySettings.Heads.DEFAULT.with(trust));
        try (var instance = TestInstance.answering("hello");
                var gateway = new TestGateway(settings, TestGateway.PLAIN).with(instance);
                var client = new TestClient(gateway.gateway)) {
            client.ask("GET / HTTP/1.1\r\nHost: a\r\n" + fields.replace("|", "\r\n") + "\r\n");
            await().until(() -> Files.exists(file) && Files.readAllLines(file).size() == 1);
            return Files.readString(file);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "X-Forwarded-For: 203.0.113.7|, 203.0.113.7",
        // What stands before the last address that is no listed proxy's, anybody can have written.
        "'X-Forwarded-For: 1.1.1.1, 203.0.113.7|', 203.0.113.7",
        "'X-Forwarded-For: 1.1.1.1, 203.0.113.7 , 10.1.2.3|', 203.0.113.7",
        "'X-Forwarded-For: 1.1.1.1|x-a: b|X-Forwarded-For: 203.0.113.7|"
                + "X-Forwarded-For:10.127.0.1|', 203.0.113.7",
        "'X-Forwarded-For: 203.0.113.7, 10.128.0.1|', 10.128.0.1",
        "'X-Forwarded-For: 2001:db8::7, fd12::1|', 2001:db8::7",
        "'X-Forwarded-For: [2001:db8::7]:4711|', 2001:db8::7",
        "'X-Forwarded-For: 203.0.113.7:4711|', 203.0.113.7",
        // All are listed: the farthest of them.
        "'X-Forwarded-For: 10.1.1.1,10.2.2.2|', 10.1.1.1",
        // Whatever is no address ends the search at what is known so far.
        "'X-Forwarded-For: 203.0.113.7, unknown, 10.2.2.2|', 10.2.2.2",
    })
    void theClientIsTheLastOneThatIsNoListedProxy(String fields, String client) throws IOException {
        String line = logged(LISTED, fields);
        assertThat(AccessLogTest.value(line, "client")).isEqualTo(client);
        assertThat(AccessLogTest.value(line, "proxy")).isEqualTo("127.0.0.1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "X-Forwarded-For: |",
                "X-Forwarded-For: unknown|",
                "X-Forwarded-For: 1.2.3|",
                "X-Forwarded-For: 1.1.1.1,|",
                "X-Forwarded-For: 01.1.1.1|",
                "X-Forwarded-For: 1.1.1.1\\u0022|",
            })
    void withoutAGoodAddressItIsWhoConnects(String fields) throws IOException {
        String line = logged(LISTED, fields);
        assertThat(AccessLogTest.value(line, "client")).isEqualTo("127.0.0.1");
        assertThat(line).doesNotContain("proxy");
    }

    @Test
    void nobodyIsTrustedUnlessSaidSo() throws IOException {
        String line = logged(Trust.NOBODY, "X-Forwarded-For: 203.0.113.7|");
        assertThat(AccessLogTest.value(line, "client")).isEqualTo("127.0.0.1");
        assertThat(line).doesNotContain("proxy", "203.0.113.7");
    }

    @Test
    void whoeverConnectsIsOneProxyAndNoMore() throws IOException {
        String line = logged(Trust.EVERYBODY, "X-Forwarded-For: 1.1.1.1, 203.0.113.7|");
        assertThat(AccessLogTest.value(line, "client")).isEqualTo("203.0.113.7");
    }

    @Test
    void fieldsOfOthersThanListedProxiesAreReplaced() throws IOException {
        var elsewhere = new Trust(false, List.of(network("10.0.0.0", 8)));
        for (Trust trust : List.of(LISTED, elsewhere)) {
            var settings = GatewaySettings.DEFAULT.with(GatewaySettings.Heads.DEFAULT.with(trust));
            try (var instance = TestInstance.answering("hello");
                    var gateway = new TestGateway(settings, TestGateway.PLAIN).with(instance);
                    var client = new TestClient(gateway.gateway)) {
                client.ask(
                        "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.7\r\n"
                                + "X-Forwarded-Proto: https\r\n\r\n");
                String got = instance.requests.getFirst();
                if (trust.equals(LISTED)) {
                    assertThat(got)
                            .contains("X-Forwarded-For: 203.0.113.7, 127.0.0.1\r\n")
                            .contains("X-Forwarded-Proto: https\r\n");
                } else {
                    assertThat(got)
                            .contains("X-Forwarded-For: 127.0.0.1\r\n")
                            .contains("X-Forwarded-Proto: http\r\n");
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "255.255.255.255",
                "10.0.200.3",
                "::",
                "::1",
                "1::",
                "fe80::1:2",
                "1:2:3:4:5:6:7:8",
                "2001:DB8::a",
                "::ffff:10.1.2.3",
                "64:ff9b::10.1.2.3",
                "1:2:3:4:5:6:9.8.7.6",
                "1:2:3:4:5:6:7::"
            })
    void readsAddressesAsTheJdkDoes(String text) throws UnknownHostException {
        assertThat(read(text)).isEqualTo(InetAddress.getByName(text).getAddress());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "1.2.3",
                "1.2.3.4.5",
                "256.1.1.1",
                "1.2.3.4.",
                ".1.2.3.4",
                "1..2.3",
                "01.2.3.4",
                "0x1.2.3.4",
                "1.2.3.-4",
                ":",
                ":::",
                "1:::2",
                "1::2::3",
                ":1::2",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1:2:3:4:5:6:7:8::",
                "12345::",
                "1::g",
                "fe80::1%1",
                "1::2:",
                "::1.2.3",
                "1.2.3.4::",
                "1:2:3:4:5:6:7:1.2.3.4",
                "a b"
            })
    void takesNothingElse(String text) {
        assertThat(read(text)).isEmpty();
    }

    private static byte[] read(String text) {
        byte[] bytes = text.getBytes(ISO_8859_1);
        byte[] into = new byte[AddressText.V6];
        return Arrays.copyOf(into, AddressText.read(bytes, 0, bytes.length, into));
    }
}
