package dev.ebb.gateway.http2;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Compressed heads of one connection, one after the other: a byte that says how long each is, and
 * the block. Netty's decoder has to read the same; one with a small limit has to keep the same
 * table; what is known of a field out of the table has to be what its text says; and what our
 * encoder makes of the fields has to be those fields again.
 */
public final class HpackFuzz {
    private static final int MOST_LIST_BYTES = 1 << 24;
    private static final int SMALL_LIST_BYTES = 200;

    /** Five bytes or more of a number may be one that begins with zeros, which Netty reads. */
    private static final Pattern LONG_NUMBER = Pattern.compile("[\\x80-\\xff]{4}");

    private HpackFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        var decoder = new HpackDecoder(new Scratch(), MOST_LIST_BYTES);
        var small = new HpackDecoder(new Scratch(), SMALL_LIST_BYTES);
        var netty = new DefaultHttp2HeadersDecoder(false, MOST_LIST_BYTES);
        var encoder = new HpackEncoder(new Scratch(), true);
        var again = new HpackDecoder(new Scratch(), MOST_LIST_BYTES);
        int at = 0;
        while (at < data.length) {
            int end = Math.min(data.length, at + 1 + (data[at] & 0xff));
            byte[] block = Arrays.copyOfRange(data, at + 1, end);
            at = end;
            var fields = new Fields();
            boolean good = decoder.decode(block, 0, block.length, checked(fields));
            checkNetty(block, netty, good, fields);
            checkSmall(block, small, decoder, good, fields);
            if (!good) {
                return;
            }
            checkAgain(fields, encoder, again);
        }
    }

    private static FieldSink checked(FieldSink sink) {
        return (name, nameFrom, nameTo, value, from, to, traits) -> {
            int known = traits & ~FieldTraits.NEVER_INDEXED;
            int fresh =
                    FieldTraits.ofName(name, nameFrom, nameTo)
                            | FieldTraits.ofValue(value, from, to);
            holds(known == fresh, "traits " + known + " are not " + fresh);
            sink.field(name, nameFrom, nameTo, value, from, to, traits);
        };
    }

    private static void checkNetty(
            byte[] block, DefaultHttp2HeadersDecoder netty, boolean good, Fields fields) {
        var read = new ArrayList<String>();
        try {
            netty.decodeHeaders(1, Unpooled.wrappedBuffer(block))
                    .forEach(field -> read.add(field.getKey() + ": " + field.getValue()));
        } catch (Http2Exception e) {
            holds(!good, "Netty says: " + e.getMessage());
            return;
        }
        if (!good) {
            var text = new String(block, ISO_8859_1);
            holds(LONG_NUMBER.matcher(text).find(), "Netty reads: " + read);
            return;
        }
        // Netty moves pseudo-header fields to the front.
        var expected = new ArrayList<>(select(fields, true));
        expected.addAll(select(fields, false));
        holds(read.equals(expected), "Netty reads: " + read + " and not " + expected);
    }

    private static List<String> select(Fields fields, boolean pseudo) {
        return fields.all.stream()
                .filter(field -> field.name().startsWith(":") == pseudo)
                .map(Fields.Field::toString)
                .toList();
    }

    private static void checkSmall(
            byte[] block, HpackDecoder small, HpackDecoder decoder, boolean good, Fields fields) {
        var begun = new Fields();
        holds(small.decode(block, 0, block.length, begun) == good, "the limit is not the same");
        if (!good) {
            return;
        }
        int size = fields.all.stream().mapToInt(HpackFuzz::size).sum();
        holds(small.tooLarge() == size > SMALL_LIST_BYTES, "too large at " + size);
        holds(small.tableText().equals(decoder.tableText()), "another table");
        holds(decoder.tableSize() <= 4096, "a table of " + decoder.tableSize());
        holds(begun.all.equals(fields.all.subList(0, begun.all.size())), "other fields");
        holds(small.tooLarge() || begun.all.size() == fields.all.size(), "fields are missing");
    }

    private static int size(Fields.Field field) {
        return field.name().length() + field.value().length() + DynamicTable.ENTRY_OVERHEAD;
    }

    /** Names go out in small letters. */
    private static void checkAgain(Fields fields, HpackEncoder encoder, HpackDecoder again) {
        byte[] block = fields.encoded(encoder);
        var got = new Fields();
        holds(again.decode(block, 0, block.length, got), "our own cannot be read");
        holds(again.tableSize() == encoder.tableSize(), "our own tables differ");
        var expected = fields.all.stream().map(f -> lower(f.name()) + ": " + f.value()).toList();
        var found = got.all.stream().map(Fields.Field::toString).toList();
        holds(found.equals(expected), found + " is not " + expected);
    }

    private static String lower(String name) {
        var text = new StringBuilder(name);
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            text.setCharAt(i, c >= 'A' && c <= 'Z' ? (char) (c + 32) : c);
        }
        return text.toString();
    }

    private static void holds(boolean good, String what) {
        if (!good) {
            throw new IllegalStateException(what);
        }
    }
}
