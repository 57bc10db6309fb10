package dev.ebb.gateway.http2;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What one side writes the other reads, whoever wrote the other; for many seeds. */
class HpackRoundTripTest {
    private static final String[] NAMES = {
        ":path", "accept", "content-type", "authorization", "x-request-id", "cookie", "etag", "a"
    };

    static LongStream seeds() {
        return LongStream.range(0, 60);
    }

    private static RandomGenerator random(long seed) {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }

    private static Fields some(RandomGenerator random) {
        var fields = new Fields();
        int count = random.nextInt(25);
        for (int i = 0; i < count; i++) {
            String name =
                    random.nextInt(4) == 0
                            ? text(random, 1 + random.nextInt(20), 'a', 'z')
                            : NAMES[random.nextInt(NAMES.length)];
            String value =
                    switch (random.nextInt(4)) {
                        case 0 -> "the same";
                        case 1 -> text(random, random.nextInt(300), ' ', '~');
                        case 2 -> text(random, random.nextInt(40), (char) 0, (char) 255);
                        default -> "one of a few " + random.nextInt(6);
                    };
            fields.all.add(new Fields.Field(name, value, random.nextInt(10) == 0));
        }
        return fields;
    }

    private static String text(RandomGenerator random, int length, char from, char to) {
        var text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append((char) random.nextInt(from, to + 1));
        }
        return text.toString();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void theDecoderReadsWhatTheEncoderWrites(long seed) {
        RandomGenerator random = random(seed);
        var encoder = new HpackEncoder(new Scratch(), random.nextBoolean());
        var decoder = new HpackDecoder(new Scratch(), 1 << 20);
        for (int head = 0; head < 60; head++) {
            if (random.nextInt(10) == 0) {
                int size = random.nextInt(3) == 0 ? 0 : random.nextInt(5000);
                encoder.tableLimit(size);
                // What the peer allows is known to it; only less than it has must be confirmed.
                decoder.tableLimit(Math.max(4096, size));
            }
            Fields sent = some(random);
            byte[] block = sent.encoded(encoder);
            var got = new Fields();
            assertThat(decoder.decode(block, 0, block.length, got)).as("seed %d", seed).isTrue();
            assertThat(got.toString()).as("seed %d", seed).isEqualTo(sent.toString());
            assertThat(decoder.tableSize()).as("seed %d", seed).isEqualTo(encoder.tableSize());
            for (int i = 0; i < sent.all.size(); i++) {
                Fields.Field field = sent.all.get(i);
                boolean secret = field.secret() || field.name().equals("authorization");
                assertThat(got.all.get(i).secret()).isEqualTo(secret);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void nettyReadsWhatTheEncoderWrites(long seed) throws Exception {
        RandomGenerator random = random(seed);
        var encoder = new HpackEncoder(new Scratch(), random.nextBoolean());
        var netty = new DefaultHttp2HeadersDecoder(false, 1 << 20);
        for (int head = 0; head < 30; head++) {
            Fields sent = some(random);
            ByteBuf block = Unpooled.wrappedBuffer(sent.encoded(encoder));
            Http2Headers got = netty.decodeHeaders(1, block);
            assertThat(count(got)).isEqualTo(sent.all.size());
            for (Fields.Field field : sent.all) {
                assertThat(got.getAll(new AsciiString(field.name())))
                        .as("seed %d", seed)
                        .contains(latin(field.value()));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void theDecoderReadsWhatNettyWrites(long seed) throws Exception {
        RandomGenerator random = random(seed);
        var netty = new DefaultHttp2HeadersEncoder();
        var decoder = new HpackDecoder(new Scratch(), 1 << 20);
        for (int head = 0; head < 30; head++) {
            Fields sent = some(random);
            var headers = new DefaultHttp2Headers(false, false, 16);
            sent.all.forEach(field -> headers.add(latin(field.name()), latin(field.value())));
            ByteBuf out = Unpooled.buffer();
            netty.encodeHeaders(1, headers, out);
            var got = new Fields();
            assertThat(decoder.decode(out.array(), 0, out.readableBytes(), got)).isTrue();
            var expected = new Fields();
            headers.forEach(field ->
                    expected.all.add(
                            new Fields.Field(text(field.getKey()), text(field.getValue()), false)));
            assertThat(got.toString()).as("seed %d", seed).isEqualTo(expected.toString());
        }
    }

    /** A byte for a character, as bytes go over the wire. */
    private static AsciiString latin(String text) {
        return new AsciiString(FieldTraits.ascii(text), false);
    }

    private static String text(CharSequence text) {
        var ascii = (AsciiString) text;
        return new String(ascii.toByteArray(), java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    private static int count(Http2Headers headers) {
        int count = 0;
        for (var ignored : headers) {
            count++;
        }
        return count;
    }

    @Test
    void whatRepeatsBecomesShort() {
        var encoder = new HpackEncoder(new Scratch(), true);
        Fields fields =
                Fields.of("content-type", "application/x-something", "x-region", "somewhere-1");
        fields.encoded(encoder);
        int second = fields.encoded(encoder).length;
        int third = fields.encoded(encoder).length;
        assertThat(second).isGreaterThan(20);
        assertThat(third).isEqualTo(2);
        assertThat(encoder.tableSize()).isPositive();
    }

    @Test
    void whatIsSecretOrNeverRepeatsStaysOutOfTheTable() {
        var encoder = new HpackEncoder(new Scratch(), true);
        for (int i = 0; i < 5; i++) {
            Fields.of(
                            "authorization", "Bearer abc",
                            "set-cookie", "a=b",
                            "content-length", "12345",
                            "date", "Mon, 21 Oct 2013 20:13:21 GMT",
                            ":path", "/a?b=c",
                            "x-request-id", "id " + i)
                    .encoded(encoder);
        }
        assertThat(encoder.tableSize()).isZero();
    }

    @Test
    void namesGoOutInLowerCase() {
        var encoder = new HpackEncoder(new Scratch(), false);
        byte[] block = Fields.of("Content-Type", "a", "X-Some-Thing", "B").encoded(encoder);
        var got = new Fields();
        assertThat(new HpackDecoder(new Scratch(), 1000).decode(block, 0, block.length, got))
                .isTrue();
        assertThat(got.toString()).isEqualTo("content-type: a\nx-some-thing: B\n");
    }
}
