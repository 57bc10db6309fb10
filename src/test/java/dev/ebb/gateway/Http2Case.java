package dev.ebb.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One case of the corpus in {@code h2/*.cases}, which describe their format themselves: the frames
 * that are sent, byte by byte, and what has to come of them.
 *
 * @param kind the class of attack
 * @param frames in their order, each as it goes over the wire
 * @param nextStream no stream of the case has this number or a higher one
 */
record Http2Case(
        String kind, String name, List<byte[]> frames, List<Outcome> outcomes, int nextStream) {

    sealed interface Outcome {}

    /** The gateway's own answer. */
    record Refuse(int stream, int status, String reason) implements Outcome {}

    /** RST_STREAM. */
    record Reset(int stream, String code) implements Outcome {}

    /** RST_STREAM, unless the answer was quicker. */
    record Early(int stream) implements Outcome {}

    /** The connection ends; nothing behind it is looked at. */
    record GoAway(String code) implements Outcome {}

    /**
     * The one reading in which the instance gets it.
     *
     * @param framing {@code none}, {@code length} or {@code chunked}, as HTTP/1.1 has it
     */
    record Forward(
            int stream, String method, String target, String host, String framing, String body)
            implements Outcome {}

    /** The instance gets this field, exactly so, in the request before. */
    record Has(String field) implements Outcome {}

    /** The instance gets no field of this name in the request before. */
    record Lacks(String name) implements Outcome {}

    /** The instance gets this field behind the body of the request before. */
    record Trailer(String field) implements Outcome {}

    <T extends Outcome> List<T> all(Class<T> type) {
        return outcomes.stream().filter(type::isInstance).map(type::cast).toList();
    }

    @Override
    public String toString() {
        return kind + ": " + name;
    }

    static List<Http2Case> load(String... files) {
        return CaseFile.load(files, file -> new Reader(file).read());
    }

    static byte[] frame(int type, int flags, int stream, byte[] payload) {
        int size = payload.length;
        var out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {(byte) (size >> 16), (byte) (size >> 8), (byte) size});
        out.writeBytes(new byte[] {(byte) type, (byte) flags});
        for (int shift = 24; shift >= 0; shift -= 8) {
            out.write(stream >> shift);
        }
        out.writeBytes(payload);
        return out.toByteArray();
    }

    /** A field without any compression (RFC 7541 6.2.2). */
    static byte[] literal(String name, String value) {
        var out = new ByteArrayOutputStream();
        out.write(0);
        string(out, name);
        string(out, value);
        return out.toByteArray();
    }

    private static void string(ByteArrayOutputStream out, String text) {
        int length = text.length();
        if (length < 127) {
            out.write(length);
        } else {
            out.write(127);
            int rest = length - 127;
            for (; rest >= 128; rest >>= 7) {
                out.write((rest & 127) | 128);
            }
            out.write(rest);
        }
        out.writeBytes(text.getBytes(ISO_8859_1));
    }

    private static final class Reader {
        private static final int MOST_PAYLOAD = 16_384;
        private static final int HEADERS = 1;
        private static final int CONTINUATION = 9;
        private final String file;
        private final List<Http2Case> cases = new ArrayList<>();
        private List<Outcome> outcomes = List.of();
        private List<byte[]> frames = List.of();
        private final ByteArrayOutputStream block = new ByteArrayOutputStream();
        private String kind = "";
        private int stream;
        private int highest;
        private @Nullable String name;

        Reader(String file) {
            this.file = file;
        }

        List<Http2Case> read() {
            CaseFile.lines("h2/" + file + ".cases").forEach(this::line);
            finish();
            return cases;
        }

        private void line(String line) {
            var words = line.split(" ", 4);
            switch (words[0]) {
                case "", "#" -> {}
                case "class" -> kind = line.substring(6);
                case "===" -> begin(line.substring(4));
                case "stream" -> {
                    stream = Integer.parseInt(words[1]);
                    highest = Math.max(highest, stream);
                }
                case "request" -> {
                    field(":method", words[1]);
                    field(":scheme", "http");
                    field(":authority", "a");
                    field(":path", words[2]);
                }
                case "|" -> {
                    int colon = line.indexOf(':', 3);
                    field(line.substring(2, colon), line.substring(colon + 1).replaceAll("^ ", ""));
                }
                case "raw" -> block.writeBytes(bytes(line.substring(4)));
                case ">" -> send(words);
                case "->" -> outcomes.add(outcome(line.substring(3)));
                default -> throw new IllegalArgumentException(file + ": " + line);
            }
        }

        private void begin(String next) {
            finish();
            name = next;
            outcomes = new ArrayList<>();
            frames = new ArrayList<>();
            block.reset();
            stream = 1;
            highest = 1;
        }

        private void field(String field, String value) {
            block.writeBytes(literal(CaseFile.unescape(field), CaseFile.unescape(value)));
        }

        private void send(String[] words) {
            var rest = words.length > 3 ? words[3] : "";
            switch (words[1]) {
                case "headers" -> sendBlock(HEADERS, flags(words[2]), bytes(rest));
                case "continuation" -> sendBlock(CONTINUATION, flags(words[2]), bytes(rest));
                case "data" -> frames.add(frame(0, flags(words[2]), stream, bytes(rest)));
                case "frame" -> {
                    var more = rest.split(" ", 3);
                    byte[] payload = more.length > 2 ? bytes(more[2]) : new byte[0];
                    int type = Integer.parseInt(words[2]);
                    int to = Integer.parseInt(more[1]);
                    frames.add(frame(type, Integer.parseInt(more[0]), to, payload));
                }
                default -> throw new IllegalArgumentException(file + ": > " + words[1]);
            }
        }

        /** In as many frames as it takes; with what was given beside the fields before them. */
        private void sendBlock(int type, int flags, byte[] before) {
            var out = new ByteArrayOutputStream();
            out.writeBytes(before);
            out.writeBytes(block.toByteArray());
            block.reset();
            byte[] all = out.toByteArray();
            int at = 0;
            while (all.length - at > MOST_PAYLOAD) {
                byte[] part = java.util.Arrays.copyOfRange(all, at, at + MOST_PAYLOAD);
                frames.add(
                        frame(
                                at == 0 ? type : CONTINUATION,
                                at == 0 ? flags & ~4 : 0,
                                stream,
                                part));
                at += MOST_PAYLOAD;
            }
            byte[] last = java.util.Arrays.copyOfRange(all, at, all.length);
            frames.add(
                    frame(
                            at == 0 ? type : CONTINUATION,
                            at == 0 ? flags : flags & 4,
                            stream,
                            last));
        }

        /** {@code e} ends the stream, {@code h} the head, {@code p} is padded. */
        private static int flags(String letters) {
            return letters.chars()
                    .map(letter ->
                            switch (letter) {
                                case 'e' -> 1;
                                case 'h' -> 4;
                                case 'p' -> 8;
                                case 'w' -> 0x20;
                                case '-' -> 0;
                                default -> throw new IllegalArgumentException(letters);
                            })
                    .sum();
        }

        private static byte[] bytes(String escaped) {
            return CaseFile.unescape(escaped).getBytes(ISO_8859_1);
        }

        private void finish() {
            var current = name;
            if (current == null) {
                return;
            }
            if (outcomes.isEmpty() || block.size() > 0) {
                throw new IllegalArgumentException(file + ": not complete: " + current);
            }
            cases.add(
                    new Http2Case(
                            kind,
                            current,
                            List.copyOf(frames),
                            List.copyOf(outcomes),
                            (highest + 2) | 1));
            name = null;
        }

        private Outcome outcome(String text) {
            var words = text.split(" ", 6);
            var rest = words.length > 1 ? text.substring(words[0].length() + 1) : "";
            return switch (words[0]) {
                case "refuse" -> new Refuse(stream, Integer.parseInt(words[1]), words[2]);
                case "reset" -> new Reset(stream, words[1]);
                case "early" -> new Early(stream);
                case "goaway" -> new GoAway(words[1]);
                case "forward" ->
                        new Forward(
                                stream,
                                words[1],
                                CaseFile.unescape(words[2]),
                                words[3],
                                words[4],
                                words.length > 5 ? CaseFile.unescape(words[5]) : "");
                case "has" -> new Has(CaseFile.unescape(rest));
                case "lacks" -> new Lacks(rest);
                case "trailer" -> new Trailer(CaseFile.unescape(rest));
                default -> throw new IllegalArgumentException(file + ": -> " + text);
            };
        }
    }
}
