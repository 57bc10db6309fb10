package dev.ebb.gateway.http2;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples of RFC 7541, appendix C, and what no encoder may send. */
// One line of the source for each line of the text.
@SuppressWarnings("StringConcatToTextBlock")
class HpackDecoderTest {
    private final HpackDecoder decoder = new HpackDecoder(new Scratch(), 4096);

    private String decode(String hex) {
        var fields = new Fields();
        assertThat(accepts(hex, fields)).as(hex).isTrue();
        return fields.toString();
    }

    private boolean accepts(String hex, FieldSink fields) {
        byte[] block = HexFormat.of().parseHex(hex.replace(" ", ""));
        return decoder.decode(block, 0, block.length, fields);
    }

    @Test
    void readsSingleFields() {
        assertThat(decode("400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572"))
                .isEqualTo("custom-key: custom-header\n");
        assertThat(decoder.tableText()).isEqualTo("custom-key: custom-header\n");
        assertThat(decoder.tableSize()).isEqualTo(55);
        assertThat(decode("040c 2f73 616d 706c 652f 7061 7468")).isEqualTo(":path: /sample/path\n");
        assertThat(decode("82")).isEqualTo(":method: GET\n");
        assertThat(decoder.tableSize()).isEqualTo(55);
    }

    @Test
    void tellsWhatMustNeverBeIndexed() {
        var fields = new Fields();
        assertThat(accepts("1008 7061 7373 776f 7264 0673 6563 7265 74", fields)).isTrue();
        assertThat(fields.all).containsExactly(new Fields.Field("password", "secret", true));
        assertThat(decoder.tableSize()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d, 8286 84be 5808 6e6f 2d63 6163 6865,"
                + " 8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65",
        "8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff, 8286 84be 5886 a8eb 1064 9cbf,"
                + " 8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf"
    })
    void readsRequests(String first, String second, String third) {
        String get = ":method: GET\n:scheme: http\n:path: /\n:authority: www.example.com\n";
        assertThat(decode(first)).isEqualTo(get);
        assertThat(decoder.tableSize()).isEqualTo(57);
        assertThat(decode(second)).isEqualTo(get + "cache-control: no-cache\n");
        assertThat(decoder.tableSize()).isEqualTo(110);
        assertThat(decode(third))
                .isEqualTo(
                        ":method: GET\n:scheme: https\n:path: /index.html\n"
                                + ":authority: www.example.com\ncustom-key: custom-value\n");
        assertThat(decoder.tableText())
                .isEqualTo(
                        ":authority: www.example.com\ncache-control: no-cache\n"
                                + "custom-key: custom-value\n");
        assertThat(decoder.tableSize()).isEqualTo(164);
    }

    /** With a table of 256 bytes, so that entries are pushed out. */
    @ParameterizedTest
    @CsvSource({
        "4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a"
                + " 3133 3a32 3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65"
                + " 2e63 6f6d, 4803 3330 37c1 c0bf,"
                + " 88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220"
                + " 474d 54c0 5a04 677a 6970 7738 666f 6f3d 4153 444a 4b48 514b 425a 584f 5157"
                + " 454f 5049 5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33 3630 303b 2076"
                + " 6572 7369 6f6e 3d31",
        "4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e"
                + " 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3, 4883 640e ffc1 c0bf,"
                + " 88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b"
                + " d9ab 77ad 94e7 821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27"
                + " 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07"
    })
    void readsResponsesAndForgetsWhatIsPushedOut(String first, String second, String third) {
        String rest =
                "cache-control: private\ndate: Mon, 21 Oct 2013 20:13:21 GMT\n"
                        + "location: https://www.example.com\n";
        assertThat(decode("3fe1 01" + first)).isEqualTo(":status: 302\n" + rest);
        assertThat(decoder.tableSize()).isEqualTo(222);
        assertThat(decode(second)).isEqualTo(":status: 307\n" + rest);
        assertThat(decoder.tableSize()).isEqualTo(222);
        String cookie = "foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1";
        assertThat(decode(third))
                .isEqualTo(
                        ":status: 200\ncache-control: private\n"
                                + "date: Mon, 21 Oct 2013 20:13:22 GMT\n"
                                + "location: https://www.example.com\ncontent-encoding: gzip\n"
                                + "set-cookie: "
                                + cookie
                                + "\n");
        assertThat(decoder.tableText())
                .isEqualTo(
                        "date: Mon, 21 Oct 2013 20:13:22 GMT\ncontent-encoding: gzip\nset-cookie: "
                                + cookie
                                + "\n");
        assertThat(decoder.tableSize()).isEqualTo(215);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // An index of 0, and one beyond both tables.
                "80",
                "be",
                "ff 80 80 80 80 01",
                "7f 80 80 01 00",
                // Texts that are longer than what there is.
                "00",
                "0001",
                "0001 61 05 61",
                "44 7f ff ff ff ff 0f",
                // A table larger than agreed, and a change after the first field.
                "3f e2 1f",
                "82 20",
                // Huffman: padding that is too long, or not of ones, and the end symbol.
                "0085 f2b2 4a84 ff84 4950 9fff",
                "0085 f2b2 4a84 ff83 4950 90",
                "0085 f2b2 4a84 ff85 ffff fffc 1f"
            })
    void refusesWhatMakesNoSense(String hex) {
        assertThat(accepts(hex, FieldSink.NONE)).isFalse();
    }

    @Test
    void keepsInStepWhenAHeadIsTooLarge() {
        var small = new HpackDecoder(new Scratch(), 100);
        byte[] block =
                new HexBlock().add("6162", "x".repeat(40)).add("6364", "y".repeat(60)).bytes();
        var fields = new Fields();
        assertThat(small.decode(block, 0, block.length, fields)).isTrue();
        assertThat(small.tooLarge()).isTrue();
        assertThat(fields.all).hasSize(1);
        byte[] again = {(byte) 0xbe};
        assertThat(small.decode(again, 0, 1, fields)).isTrue();
        assertThat(small.tooLarge()).isFalse();
        assertThat(fields.value("cd")).isEqualTo("y".repeat(60));
    }

    @Test
    void wantsToHearOfASmallerTable() {
        decode("400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572");
        decoder.tableLimit(50);
        assertThat(accepts("82", FieldSink.NONE)).isFalse();
        assertThat(accepts("3f13 82", FieldSink.NONE)).isTrue();
        assertThat(decoder.tableSize()).isZero();
        assertThat(accepts("82", FieldSink.NONE)).isTrue();
    }

    /** Literals with their text as it is, to be put in the table. */
    private static final class HexBlock {
        private final StringBuilder hex = new StringBuilder();

        HexBlock add(String nameHex, String value) {
            hex.append("40%02x".formatted(nameHex.length() / 2)).append(nameHex);
            hex.append("%02x".formatted(value.length()));
            hex.append(HexFormat.of().formatHex(FieldTraits.ascii(value)));
            return this;
        }

        byte[] bytes() {
            return HexFormat.of().parseHex(hex);
        }
    }
}
