package dev.ebb.gateway;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One case of the corpus in {@code desync/*.cases}, which describe their format themselves: what is
 * sent, byte by byte, and what has to come of it.
 *
 * @param kind the class of attack
 * @param line the request's line, of those that are about the answer
 * @param closes the instance closes its connection behind what is sent
 * @param parts what is sent; between two parts the gateway gets time to act on the first
 * @param outcomes in the order in which they happen
 */
record DesyncCase(
        String file,
        String kind,
        String name,
        String line,
        boolean closes,
        List<String> parts,
        List<Outcome> outcomes) {

    sealed interface Outcome {}

    /** The gateway's own answer, which ends the connection; nothing behind it is looked at. */
    record Refuse(int status, String reason) implements Outcome {}

    /** The one reading in which the instance gets it. */
    record Forward(String method, String target, String host, String framing, String body)
            implements Outcome {}

    /** The instance gets this field, exactly so, in the request before. */
    record Has(String field) implements Outcome {}

    /** The instance gets no field of this name in the request before. */
    record Lacks(String name) implements Outcome {}

    /** The gateway closes the connection after the answers. */
    record Close() implements Outcome {}

    /** What the client gets of an instance's answer. */
    record Pass(int status, String body) implements Outcome {}

    /** An interim answer (1xx) reaches the client. */
    record Interim(int status) implements Outcome {}

    /** The answer breaks off, and the client can see that. */
    record Cut() implements Outcome {}

    /** The instance's connection may not be used again. */
    record Dropped() implements Outcome {}

    /** The instance's connection goes on to be used. */
    record Reused() implements Outcome {}

    <T extends Outcome> List<T> all(Class<T> type) {
        return outcomes.stream().filter(type::isInstance).map(type::cast).toList();
    }

    @Override
    public String toString() {
        return kind + ": " + name;
    }

    static List<DesyncCase> load(String... files) {
        return CaseFile.load(files, file -> new Reader(file).read());
    }

    private static final class Reader {
        private final String file;
        private final List<DesyncCase> cases = new ArrayList<>();
        private List<Outcome> outcomes = List.of();
        private List<String> parts = List.of();
        private StringBuilder part = new StringBuilder();
        private String kind = "";
        private String line = "";
        private boolean closes;
        private @Nullable String name;

        Reader(String file) {
            this.file = file;
        }

        List<DesyncCase> read() {
            CaseFile.lines("desync/" + file + ".cases").forEach(this::line);
            finish();
            return cases;
        }

        private void line(String line) {
            if (line.startsWith("=== ")) {
                finish();
                name = line.substring(4);
                outcomes = new ArrayList<>();
                parts = new ArrayList<>();
                this.line = "GET /x HTTP/1.1";
                closes = false;
            } else if (line.startsWith("class ")) {
                finish();
                kind = line.substring(6);
            } else if (line.startsWith("| ") || line.equals("|")) {
                var text = CaseFile.unescape(line.substring(Math.min(2, line.length())));
                part.append(text).append("\r\n");
            } else if (line.startsWith("> ")) {
                part.append(CaseFile.unescape(line.substring(2)));
            } else if (line.startsWith("< ")) {
                this.line = line.substring(2);
            } else if (line.equals("!")) {
                closes = true;
            } else if (line.equals("~")) {
                parts.add(part.toString());
                part = new StringBuilder();
            } else if (line.startsWith("-> ")) {
                outcomes.add(outcome(line.substring(3)));
            } else if (!line.isEmpty() && !line.startsWith("#")) {
                throw new IllegalArgumentException(file + ": " + line);
            }
        }

        private void finish() {
            var current = name;
            if (current == null) {
                return;
            }
            parts.add(part.toString());
            part = new StringBuilder();
            if (outcomes.isEmpty()) {
                throw new IllegalArgumentException(file + ": no outcome: " + current);
            }
            cases.add(
                    new DesyncCase(
                            file,
                            kind,
                            current,
                            line,
                            closes,
                            List.copyOf(parts),
                            List.copyOf(outcomes)));
            name = null;
        }

        private Outcome outcome(String text) {
            var words = text.split(" ", 6);
            return switch (words[0]) {
                case "refuse" -> new Refuse(Integer.parseInt(words[1]), words[2]);
                case "forward" ->
                        new Forward(
                                words[1],
                                CaseFile.unescape(words[2]),
                                words[3],
                                words[4],
                                words.length > 5 ? CaseFile.unescape(words[5]) : "");
                case "has" -> new Has(CaseFile.unescape(text.substring(4)));
                case "lacks" -> new Lacks(words[1]);
                case "close" -> new Close();
                case "pass" -> {
                    var body = text.split(" ", 3);
                    yield new Pass(
                            Integer.parseInt(words[1]),
                            body.length > 2 ? CaseFile.unescape(body[2]) : "");
                }
                case "interim" -> new Interim(Integer.parseInt(words[1]));
                case "cut" -> new Cut();
                case "dropped" -> new Dropped();
                case "reused" -> new Reused();
                default -> throw new IllegalArgumentException(file + ": -> " + text);
            };
        }
    }
}
