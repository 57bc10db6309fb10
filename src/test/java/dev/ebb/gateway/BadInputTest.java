package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What must never reach an instance: everything that two parsers may read differently. Each case is
 * followed by a second request on the same connection, which must not be answered.
 */
// Heads are shown as they are, CR LF included.
@SuppressWarnings("StringConcatToTextBlock")
class BadInputTest {
    private static TestInstance instance;
    private static TestGateway gateway;

    record Case(String what, int status, String request) {
        @Override
        public String toString() {
            return what;
        }
    }

    @BeforeAll
    static void start() {
        instance = TestInstance.answering("hello");
        gateway = new TestGateway().with(instance);
    }

    @AfterAll
    static void stop() {
        gateway.close();
        instance.close();
    }

    private static Case head(String what, String fields) {
        return new Case(what, 400, "GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n");
    }

    private static Case post(String what, String fields, String body) {
        return new Case(what, 400, "POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n" + body);
    }

    private static Case line(String what, int status, String line) {
        return new Case(what, status, line + "\r\nHost: a\r\n\r\n");
    }

    private static Case chunks(String what, String body) {
        return post("chunks: " + what, "Transfer-Encoding: chunked\r\n", body);
    }

    static Stream<Case> cases() {
        return Stream.of(lines(), fields(), framings(), badChunks()).flatMap(all -> all);
    }

    private static Stream<Case> lines() {
        return Stream.of(
                line("no target", 400, "GET HTTP/1.1"),
                line("two spaces", 400, "GET  / HTTP/1.1"),
                line("a space in front", 400, " GET / HTTP/1.1"),
                line("a tab for a space", 400, "GET\t/ HTTP/1.1"),
                line("a space at the end", 400, "GET / HTTP/1.1 "),
                line("a space in the target", 400, "GET /a b HTTP/1.1"),
                line("no version", 400, "GET /"),
                line("a small version", 400, "GET / http/1.1"),
                line("a long version", 400, "GET / HTTP/1.10"),
                line("HTTP/2", 505, "GET / HTTP/2.0"),
                line("HTTP/1.2", 505, "GET / HTTP/1.2"),
                line("the absolute form of another scheme", 400, "GET ftp://a/ HTTP/1.1"),
                line("an asterisk for GET", 400, "GET * HTTP/1.1"),
                line("a fragment", 400, "GET /a#b HTTP/1.1"),
                line("a control character", 400, "GET /\u0001 HTTP/1.1"),
                line("NUL", 400, "GET /\u0000 HTTP/1.1"),
                line("an 8-bit character", 400, "GET /\u00e9 HTTP/1.1"),
                line("a bracket for a method", 400, "G[T / HTTP/1.1"),
                line("CONNECT", 405, "CONNECT a:80 HTTP/1.1"),
                line("a very long method", 400, "G".repeat(100) + " / HTTP/1.1"),
                line("a long target", 414, "GET /" + "a".repeat(9000) + " HTTP/1.1"),
                line("an endless target", 414, "GET /" + "a".repeat(40_000) + " HTTP/1.1"),
                new Case("a bare LF after the line", 400, "GET / HTTP/1.1\nHost: a\r\n\r\n"),
                new Case("bare LFs only", 400, "GET / HTTP/1.1\nHost: a\n\n"),
                new Case("three empty lines", 400, "\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
                new Case("TLS", 400, "\u0016\u0003\u0001\u0002\u0000\u0001\r\n\r\n"));
    }

    private static Stream<Case> fields() {
        return Stream.of(
                new Case("no Host", 400, "GET / HTTP/1.1\r\n\r\n"),
                head("two Hosts", "Host: b\r\n"),
                new Case("an empty Host", 400, "GET / HTTP/1.1\r\nHost:\r\n\r\n"),
                new Case("a Host with a path", 400, "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
                new Case("a Host with a user", 400, "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n"),
                new Case("a Host with a space", 400, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"),
                new Case("a Host with a comma", 400, "GET / HTTP/1.1\r\nHost: a,b\r\n\r\n"),
                new Case("a Host with a bad port", 400, "GET / HTTP/1.1\r\nHost: a:8x\r\n\r\n"),
                new Case("a Host with a quote", 400, "GET / HTTP/1.1\r\nHost: a\"b\r\n\r\n"),
                new Case("an open bracket", 400, "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n"),
                head("a space before the colon", "X : 1\r\n"),
                head("a tab before the colon", "X\t: 1\r\n"),
                head("a folded line", "X: 1\r\n 2\r\n"),
                head("a line folded with a tab", "X: 1\r\n\t2\r\n"),
                new Case("a fold first", 400, "GET / HTTP/1.1\r\n Host: a\r\n\r\n"),
                head("no colon", "X\r\n"),
                head("no name", ": 1\r\n"),
                head("a space in the name", "X Y: 1\r\n"),
                head("NUL in a value", "X: a\u0000b\r\n"),
                head("NUL in a name", "X\u0000: b\r\n"),
                head("a bare CR in a value", "X: a\rb\r\n"),
                head("a bare CR and a field", "X: a\rTransfer-Encoding: chunked\r\n"),
                head("a bare LF in a value", "X: a\nY: b\r\n"),
                head("two CRs", "X: a\r\r\n"),
                head("a control character", "X: \u0007\r\n"),
                head("DEL", "X: \u007f\r\n"),
                head("a bare CR at the end", "X: a\r\n\r"),
                new Case(
                        "an unknown expectation",
                        417,
                        "GET / HTTP/1.1\r\nHost: a\r\n" + "Expect: tea\r\n\r\n"),
                new Case(
                        "too many fields",
                        431,
                        "GET / HTTP/1.1\r\nHost: a\r\n" + "X: 1\r\n".repeat(200) + "\r\n"),
                new Case(
                        "too large a head",
                        431,
                        "GET / HTTP/1.1\r\nHost: a\r\n"
                                + ("X: " + "y".repeat(5000) + "\r\n").repeat(10)
                                + "\r\n"));
    }

    private static Stream<Case> framings() {
        var chunked = "0\r\n\r\n";
        return Stream.of(
                post("CL and TE", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", chunked),
                post("TE and CL", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", chunked),
                post("two CL", "Content-Length: 5\r\nContent-Length: 6\r\n", "hello"),
                post("two equal CL", "Content-Length: 5\r\nContent-Length: 5\r\n", "hello"),
                post("a list of CL", "Content-Length: 5, 5\r\n", "hello"),
                post("a signed CL", "Content-Length: +5\r\n", "hello"),
                post("a negative CL", "Content-Length: -5\r\n", "hello"),
                post("a hexadecimal CL", "Content-Length: 0x5\r\n", "hello"),
                post("a CL with an underscore", "Content-Length: 1_0\r\n", "hello"),
                post("an empty CL", "Content-Length: \r\n", "hello"),
                post("an enormous CL", "Content-Length: 99999999999999999999\r\n", "hello"),
                post("a CL with a fraction", "Content-Length: 5.0\r\n", "hello"),
                post("TE gzip", "Transfer-Encoding: gzip\r\n", chunked),
                post("TE gzip, chunked", "Transfer-Encoding: gzip, chunked\r\n", chunked),
                post("TE chunked, identity", "Transfer-Encoding: chunked, identity\r\n", chunked),
                post("TE identity", "Transfer-Encoding: identity\r\n", chunked),
                post("TE xchunked", "Transfer-Encoding: xchunked\r\n", chunked),
                post("TE with a quote", "Transfer-Encoding: \"chunked\"\r\n", chunked),
                post("TE with a vertical tab", "Transfer-Encoding: \u000bchunked\r\n", chunked),
                post("TE chunked twice", "Transfer-Encoding: chunked, chunked\r\n", chunked),
                post(
                        "two TE",
                        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                        chunked),
                post("an empty TE", "Transfer-Encoding:\r\n", chunked),
                post("TE with a parameter", "Transfer-Encoding: chunked;q=1\r\n", chunked),
                post("TE with a space", "Transfer-Encoding : chunked\r\n", chunked),
                post("TE on a folded line", "Transfer-Encoding:\r\n chunked\r\n", chunked),
                new Case(
                        "TE in HTTP/1.0",
                        400,
                        "POST / HTTP/1.0\r\nHost: a\r\n"
                                + "Transfer-Encoding: chunked\r\n\r\n"
                                + chunked));
    }

    private static Stream<Case> badChunks() {
        return Stream.of(
                chunks("no size", "\r\nhello\r\n0\r\n\r\n"),
                chunks("a sign", "+5\r\nhello\r\n0\r\n\r\n"),
                chunks("a negative size", "-5\r\nhello\r\n0\r\n\r\n"),
                chunks("0x", "0x5\r\nhello\r\n0\r\n\r\n"),
                chunks("a space in front", " 5\r\nhello\r\n0\r\n\r\n"),
                chunks("a space behind", "5 \r\nhello\r\n0\r\n\r\n"),
                chunks("a bare LF after the size", "5\nhello\r\n0\r\n\r\n"),
                chunks("a bare CR after the size", "5\rhello\r\n0\r\n\r\n"),
                chunks("a bare LF after the data", "5\r\nhello\n0\r\n\r\n"),
                chunks("no CR LF after the data", "5\r\nhello0\r\n\r\n"),
                chunks("too much data", "5\r\nhellooo\r\n0\r\n\r\n"),
                chunks("a size that overflows", "ffffffffffffffff5\r\nhello\r\n0\r\n\r\n"),
                chunks("zeros without end", "0".repeat(40) + "5\r\nhello\r\n0\r\n\r\n"),
                chunks("a bare LF in an extension", "5;a\nb\r\nhello\r\n0\r\n\r\n"),
                chunks("NUL in an extension", "5;a\u0000\r\nhello\r\n0\r\n\r\n"),
                chunks("a long extension", "5;" + "a".repeat(1000) + "\r\nhello\r\n0\r\n\r\n"),
                chunks("a bare LF at the end", "5\r\nhello\r\n0\r\n\n"),
                chunks("a trailer with a space", "0\r\nX : 1\r\n\r\n"),
                chunks("a folded trailer", "0\r\nX: 1\r\n 2\r\n\r\n"),
                chunks("a trailer for framing", "0\r\nContent-Length: 5\r\n\r\n"),
                chunks("a trailer for the host", "0\r\nHost: b\r\n\r\n"),
                chunks("NUL in a trailer", "0\r\nX: \u0000\r\n\r\n"),
                chunks("a bare LF in a trailer", "0\r\nX: 1\n\r\n"),
                chunks("endless trailers", "0\r\n" + "X: 1\r\n".repeat(8000) + "\r\n"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isRefusedAndEndsTheConnection(Case bad) throws IOException {
        try (var client = new TestClient(gateway.gateway)) {
            client.send(bad.request()).send(TestClient.get("/smuggled"));
            var answer = client.read();
            assertThat(answer.status()).isEqualTo(bad.status());
            assertThat(answer.field("x-ebb-reason")).isNotEmpty();
            assertThat(answer.field("connection")).isEqualTo("close");
            assertThat(client.ended()).isTrue();
        }
        assertThat(instance.requests).noneMatch(head -> head.contains("/smuggled"));
    }

    @Test
    void whatIsUnusualButClearPasses() throws IOException {
        try (var client = new TestClient(gateway.gateway)) {
            for (var request :
                    new String[] {
                        "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
                        "GET / HTTP/1.1\r\nhOsT:   a:80  \r\n\r\n",
                        "GET / HTTP/1.1\r\nHost: [::1]:80\r\nX:\r\nY: \u00e9\t\"\r\n\r\n",
                        "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
                        "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
                        "BREW /?a=%00&b={|}\"<> HTTP/1.1\r\nHost: a_b.c\r\n\r\n",
                        "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
                        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: CHUNKED\r\n\r\n"
                                + "00005;a=1\r\nhello\r\n0\r\nX-T: 1\r\n\r\n",
                        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 005\r\n\r\nhello",
                        "GET / HTTP/1.1\r\nConnection: Host, Content-Length\r\nHost: a\r\n"
                                + "Content-Length: 2\r\n\r\nab"
                    }) {
                assertThat(client.ask(request).text()).as(request).isEqualTo("hello");
            }
        }
        assertThat(instance.requests.getLast()).contains("Host: a", "Content-Length: 2");
    }

    @Test
    void aHeadMayComeByteByByte() throws IOException {
        try (var client = new TestClient(gateway.gateway)) {
            for (char c : TestClient.post("/slow", "body").toCharArray()) {
                client.send(String.valueOf(c));
            }
            assertThat(client.read().text()).isEqualTo("hello");
        }
    }
}
