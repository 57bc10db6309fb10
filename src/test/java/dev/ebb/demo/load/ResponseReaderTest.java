package dev.ebb.demo.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Responses as they come, and as they must not. In the samples, | stands for CR LF. */
class ResponseReaderTest {

    @Test
    void readsALengthAndLeavesTheConnectionUsable() throws IOException {
        var response = read("HTTP/1.1 200 OK|Content-Length: 5|X-Request-Id: 7||hello");

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.echo()).contains("7");
        assertThat(response.reusable()).isTrue();
    }

    @Test
    void readsChunksWithExtensionsAndTrailers() throws IOException {
        String chunked = "HTTP/1.1 200 OK|Transfer-Encoding: chunked||";
        assertThat(read(chunked + "5;a=b|hello|0a|0123456789|0|Sum: x||").reusable()).isTrue();
    }

    @Test
    void passesOverInterimResponses() throws IOException {
        String interim = "HTTP/1.1 100 Continue||HTTP/1.1 103 Early Hints|Link: x||";
        assertThat(read(interim + "HTTP/1.1 204 No Content||").status()).isEqualTo(204);
    }

    @Test
    void readsToTheEndWhereNothingElseTellsTheLength() throws IOException {
        var response = read("HTTP/1.1 200 OK||all that comes");

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.reusable()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK|Content-Length: 0|Connection: close||",
                "HTTP/1.1 200 OK|Content-Length: 0|Connection: x, Close||",
                "HTTP/1.0 200 OK|Content-Length: 0||",
                "HTTP/1.1 200 OK|Content-Length: 2||okHTTP/1.1 200 OK|Content-Length: 0||"
            })
    void doesNotUseTheConnectionAgain(String text) throws IOException {
        assertThat(read(text).reusable()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/2 200||",
                "HTTP/1.1 20x OK||",
                "HTTP/1.1 099 Low||",
                "SSH-2.0-OpenSSH|",
                "HTTP/1.1 101 Switching Protocols||",
                "HTTP/1.1 200 OK|Content-Length : 0||",
                "HTTP/1.1 200 OK| folded: 1||",
                "HTTP/1.1 200 OK|Content-Length: -1||",
                "HTTP/1.1 200 OK|Content-Length: 1|Content-Length: 2||xx",
                "HTTP/1.1 200 OK|Content-Length: 1|Transfer-Encoding: chunked||0||",
                "HTTP/1.1 200 OK|Transfer-Encoding: gzip, chunked||0||",
                "HTTP/1.1 200 OK|Transfer-Encoding: chunked||zz|",
                "HTTP/1.1 200 OK|Transfer-Encoding: chunked||2|toolong|0||",
                "HTTP/1.1 200 OK\nContent-Length: 0||"
            })
    void refusesWhatIsNoHttp(String text) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(ProtocolException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "HTTP/1.1 200",
                "HTTP/1.1 200 OK|Content-Length: 5|",
                "HTTP/1.1 200 OK|Content-Length: 5||hell",
                "HTTP/1.1 200 OK|Transfer-Encoding: chunked||5|hello|0|",
                "HTTP/1.1 100 Continue||"
            })
    void tellsAnEarlyEnd(String text) {
        var reader = reader(text);

        assertThatThrownBy(reader::read).isInstanceOf(EOFException.class);
        assertThat(reader.hasBegun()).isEqualTo(text.contains("200"));
    }

    @Test
    void refusesAHeadWithoutEnd() {
        String endless = "HTTP/1.1 200 OK|" + "A: b|".repeat(20_000);
        assertThatThrownBy(() -> read(endless)).isInstanceOf(ProtocolException.class);
        assertThatThrownBy(() -> read("HTTP/1.1 200 " + "x".repeat(20_000)))
                .isInstanceOf(ProtocolException.class);
    }

    private static ResponseReader.Response read(String text) throws IOException {
        return reader(text).read();
    }

    private static ResponseReader reader(String text) {
        byte[] bytes = text.replace("|", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
        return new ResponseReader(new ByteArrayInputStream(bytes));
    }
}
