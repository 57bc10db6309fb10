package dev.ebb.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What the corpora of attacks have in common: where they are, and how bytes are written there. */
final class CaseFile {
    private static final Pattern REPEAT = Pattern.compile("\\\\\\{(.*?)\\*(\\d+)}");
    private static final Pattern ESCAPE = Pattern.compile("\\\\(?:x([0-9a-f]{2})|(.))");

    private CaseFile() {}

    /** The cases of several files, in their order. */
    static <C> List<C> load(String[] files, Function<String, List<C>> reader) {
        return Stream.of(files).map(reader).flatMap(List::stream).toList();
    }

    static List<String> lines(String resource) {
        try (var in = CaseFile.class.getResourceAsStream(resource)) {
            byte[] all = Objects.requireNonNull(in, resource).readAllBytes();
            return new String(all, ISO_8859_1).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String unescape(String text) {
        var repeated =
                REPEAT.matcher(text)
                        .replaceAll(m ->
                                Matcher.quoteReplacement(
                                        m.group(1).repeat(Integer.parseInt(m.group(2)))));
        return ESCAPE.matcher(repeated)
                .replaceAll(m ->
                        Matcher.quoteReplacement(
                                String.valueOf(
                                        m.group(1) != null
                                                ? (char) Integer.parseInt(m.group(1), 16)
                                                : letter(m.group(2).charAt(0)))));
    }

    private static char letter(char escaped) {
        return switch (escaped) {
            case 'r' -> '\r';
            case 'n' -> '\n';
            case 't' -> '\t';
            case '0' -> '\0';
            case 's' -> ' ';
            case '\\' -> '\\';
            default -> throw new IllegalArgumentException("no escape: \\" + escaped);
        };
    }
}
