package dev.ebb.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ebb.gateway.http2.ConnectionFuzz;
import dev.ebb.gateway.http2.HpackFuzz;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What fuzzing has kept, once more, and many small changes to it: bytes changed, put in, taken out,
 * parts of one input put into another. {@code make fuzz} searches on, guided by coverage.
 */
class FuzzCorpusTest {
    private static final int CHANGED = 20_000;
    private static final int THROUGH_SOCKETS = 400;
    private static final String[] MORSELS = {
        "\r\n",
        "\n",
        "\r",
        "\r\n\r\n",
        " ",
        "\t",
        ":",
        ",",
        ";",
        "0",
        "Content-Length: 5\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Host: a\r\n",
        "Connection: close\r\n",
        "http://a",
        "HTTP/1.1",
        "HTTP/1.0 ",
        "Expect: 100-continue\r\n",
        "Upgrade: h2c\r\n",
        "\u0000",
        "\u00ff",
        "Connection: Upgrade\r\n",
        "Upgrade: websocket\r\n",
        "OPTIONS ",
        "5\r\n",
        "0\r\n",
        "\0\0\0\4\1\0\0\0\0",
        "\0\0\4\10\0\0\0\0\0\0\0\0\1",
        "\0\0\4\3\0\0\0\0\1\0\0\0\10",
        "\0\0\1\1\5\0\0\0\3\u0082",
        "\0\0\0\0\1\0\0\0\1",
        "\100\1a\1b",
        "\u00be",
        "\77\u00e1\37"
    };

    // The functions are method references.
    @SuppressWarnings("ImmutableEnumChecker")
    enum Target {
        REQUEST(RequestHeadFuzz::fuzzerTestOneInput),
        RESPONSE(ResponseHeadFuzz::fuzzerTestOneInput),
        BODY(BodyFuzz::fuzzerTestOneInput),
        HPACK(HpackFuzz::fuzzerTestOneInput),
        HTTP2(ConnectionFuzz::fuzzerTestOneInput),
        HTTP1(Http1ConnectionFuzz::fuzzerTestOneInput, THROUGH_SOCKETS);

        final Consumer<byte[]> target;
        final int changed;

        Target(Consumer<byte[]> target) {
            this(target, CHANGED);
        }

        Target(Consumer<byte[]> target, int changed) {
            this.target = target;
            this.changed = changed;
        }

        List<byte[]> kept() {
            return FuzzCorpus.of(name().toLowerCase(java.util.Locale.ROOT));
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatWasKeptStillHolds(Target target) {
        assertThat(target.kept()).hasSizeGreaterThan(20);
        target.kept().forEach(target.target);
    }

    @ParameterizedTest
    @EnumSource
    void smallChangesToItHoldToo(Target target) {
        var kept = target.kept();
        var chance = new Random(25);
        for (int i = 0; i < target.changed; i++) {
            target.target.accept(changed(kept, chance));
        }
    }

    /** All requests and answers of the corpus of cases. */
    @Test
    void theCasesHold() {
        for (DesyncCase given : DesyncTest.cases().toList()) {
            RequestHeadFuzz.fuzzerTestOneInput(bytes(given));
        }
        for (DesyncCase given : HostileAnswersTest.cases().toList()) {
            ResponseHeadFuzz.fuzzerTestOneInput(bytes(given));
        }
        for (DesyncCase given : DesyncCase.load("chunks")) {
            var text = String.join("", given.parts());
            var body = " " + text.substring(text.indexOf("\r\n\r\n") + 4);
            BodyFuzz.fuzzerTestOneInput(body.getBytes(ISO_8859_1));
        }
    }

    @Test
    void aDifferenceIsNoticed() {
        assertThatThrownBy(() -> Fuzz.same("input", "a", "b"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("input");
    }

    private static byte[] bytes(DesyncCase given) {
        return String.join("", given.parts()).getBytes(ISO_8859_1);
    }

    private static byte[] changed(List<byte[]> kept, Random chance) {
        var text = new StringBuilder(new String(one(kept, chance), ISO_8859_1));
        for (int changes = 1 + chance.nextInt(4); changes > 0; changes--) {
            int at = chance.nextInt(text.length() + 1);
            int to = Math.min(text.length(), at + 1 + chance.nextInt(8));
            switch (chance.nextInt(5)) {
                case 0 -> text.insert(at, MORSELS[chance.nextInt(MORSELS.length)]);
                case 1 -> text.delete(at, to);
                case 2 -> text.insert(at, (char) chance.nextInt(256));
                case 3 -> text.replace(at, to, MORSELS[chance.nextInt(MORSELS.length)]);
                default -> {
                    var other = new String(one(kept, chance), ISO_8859_1);
                    text.insert(at, other, 0, chance.nextInt(other.length() + 1));
                }
            }
        }
        return text.toString().getBytes(ISO_8859_1);
    }

    private static byte[] one(List<byte[]> kept, Random chance) {
        return new ArrayList<>(kept).get(chance.nextInt(kept.size()));
    }
}
