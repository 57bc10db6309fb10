package dev.ebb.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Reads a configuration file. Nothing is thrown for what the file says or is: every error comes
 * back, with its place. Safe for use by several threads.
 */
public final class ConfigFile {
    /** In bytes. More is not a configuration. */
    private static final int LARGEST = 1 << 20;

    private ConfigFile() {}

    /**
     * Reads and checks a file, and looks whether what it names is there: programs, directories.
     *
     * @param environment of this process; its PATH is where programs are looked for
     */
    public static Loaded load(Path file, Map<String, String> environment) {
        Path absolute = file.toAbsolutePath().normalize();
        Path parent = absolute.getParent();
        var problems =
                new Problems(
                        new Surroundings.Machine(
                                parent == null ? absolute : parent,
                                environment.getOrDefault("PATH", "/usr/bin:/bin")));
        Optional<String> text = text(file, problems);
        return loaded(file.toString(), text.flatMap(t -> parse(t, problems)), problems);
    }

    /** Checks a text by itself, without looking at the machine. */
    public static Loaded read(String name, String text) {
        var problems = new Problems();
        return loaded(name, parse(text, problems), problems);
    }

    private static Loaded loaded(String name, Optional<EbbConfig> config, Problems problems) {
        return new Loaded(
                name, problems.errors() == 0 ? config : Optional.empty(), problems.sorted());
    }

    private static Optional<EbbConfig> parse(String text, Problems problems) {
        int before = problems.errors();
        Optional<Yaml> tree = YamlReader.read(text, problems);
        if (tree.isEmpty() && problems.errors() == before) {
            problems.error(
                    Place.FILE,
                    "the file is empty; it needs at least 'services', see ebb run --help");
        }
        return tree.flatMap(root -> RootSchema.ROOT.read(root, problems));
    }

    private static Optional<String> text(Path file, Problems problems) {
        if (Files.isDirectory(file)) {
            problems.error(Place.FILE, "is a directory; name a YAML file in it");
            return Optional.empty();
        }
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(LARGEST + 1);
        } catch (NoSuchFileException e) {
            problems.error(Place.FILE, "no such file; check the path");
            return Optional.empty();
        } catch (AccessDeniedException e) {
            problems.error(Place.FILE, "may not be read; check its owner and mode");
            return Optional.empty();
        } catch (IOException e) {
            problems.error(Place.FILE, "cannot be read: " + e.getMessage());
            return Optional.empty();
        }
        if (bytes.length > LARGEST) {
            problems.error(
                    Place.FILE,
                    "is larger than " + Kinds.showSize(LARGEST) + "; is it the right file?");
            return Optional.empty();
        }
        return decode(bytes, problems);
    }

    private static Optional<String> decode(byte[] bytes, Problems problems) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length + 1);
        CoderResult result = decoder.decode(in, out, true);
        out.flip();
        String text = out.toString();
        if (result.isError()) {
            problems.error(
                    endOf(text),
                    "the byte 0x%02X is not UTF-8; save the file as UTF-8"
                            .formatted(bytes[in.position()]));
            return Optional.empty();
        }
        return Optional.of(text.startsWith("\uFEFF") ? text.substring(1) : text);
    }

    private static Place endOf(String text) {
        int line = 1 + (int) text.chars().filter(c -> c == '\n').count();
        String last = text.substring(text.lastIndexOf('\n') + 1);
        return new Place(line, last.codePointCount(0, last.length()) + 1);
    }
}
