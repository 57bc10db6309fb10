package dev.ebb.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * The inputs that are kept for a fuzz target, in {@code fuzz/TARGET.txt}: one to a line, escaped as
 * in the corpus of cases. Jazzer wants a file for each: {@code unpack} and {@code pack} them.
 */
final class FuzzCorpus {
    private static final int MOST_BYTES = 2_000;
    private static final int MOST_INPUTS = 1_500;

    private FuzzCorpus() {}

    static List<byte[]> of(String target) {
        try (var in = FuzzCorpus.class.getResourceAsStream("fuzz/" + target + ".txt")) {
            return lines(new String(Objects.requireNonNull(in, target).readAllBytes(), ISO_8859_1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<byte[]> lines(String text) {
        return text.lines().map(line -> CaseFile.unescape(line).getBytes(ISO_8859_1)).toList();
    }

    /** Arguments: {@code unpack} or {@code pack}, the text file, the folder of files. */
    public static void main(String[] arguments) throws IOException {
        var file = Path.of(arguments[1]);
        var folder = Files.createDirectories(Path.of(arguments[2]));
        switch (arguments[0]) {
            case "unpack" -> unpack(file, folder);
            case "pack" -> pack(file, folder);
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    private static void unpack(Path file, Path folder) throws IOException {
        int number = 0;
        for (byte[] input : lines(Files.readString(file, ISO_8859_1))) {
            Files.write(folder.resolve("kept-" + ++number), input);
        }
    }

    private static void pack(Path file, Path folder) throws IOException {
        Set<String> lines = new LinkedHashSet<>();
        List<Path> inputs;
        try (var files = Files.list(folder)) {
            inputs = new ArrayList<>(files.toList());
        }
        for (Path input : inputs) {
            byte[] bytes = Files.readAllBytes(input);
            if (bytes.length > 0 && bytes.length <= MOST_BYTES) {
                lines.add(escape(new String(bytes, ISO_8859_1)));
            }
        }
        var sorted = new ArrayList<>(lines);
        sorted.sort(Comparator.comparingInt(String::length).thenComparing(line -> line));
        var kept = sorted.subList(0, Math.min(MOST_INPUTS, sorted.size()));
        Files.writeString(file, String.join("\n", kept) + "\n", ISO_8859_1);
    }

    static String escape(String text) {
        var out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\r' -> out.append("\\r");
                case '\n' -> out.append("\\n");
                case '\t' -> out.append("\\t");
                case '\0' -> out.append("\\0");
                case '\\' -> out.append("\\\\");
                default -> {
                    boolean plain = c >= ' ' && c < 0x7f;
                    out.append(plain ? String.valueOf(c) : "\\x%02x".formatted((int) c));
                }
            }
        }
        return out.toString();
    }
}
