package dev.ebb.pki;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/** Text files of base64 between lines that begin and end it (RFC 7468). */
final class Pem {
    /** In bytes. A bundle of all public authorities is a quarter of it. */
    private static final int LARGEST = 1 << 20;

    private static final String BEGIN = "-----BEGIN ";
    private static final String END = "-----END ";
    private static final String DASHES = "-----";

    private Pem() {}

    /**
     * One block.
     *
     * @param encrypted by the old kind of header; the new kind has a label of its own
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Block(String label, byte[] content, boolean encrypted) {
        @Override
        public String toString() {
            return label;
        }
    }

    /** All blocks of a file, in its order. */
    static List<Block> read(Path file) throws BadFile {
        byte[] bytes = bytes(file);
        try {
            return blocks(new String(bytes, StandardCharsets.ISO_8859_1));
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    private static byte[] bytes(Path file) throws BadFile {
        if (Files.isDirectory(file)) {
            throw new BadFile("is a directory; name a PEM file in it");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(LARGEST + 1);
            if (bytes.length > LARGEST) {
                throw new BadFile("is larger than 1 MiB; is it the right file?");
            }
            return bytes;
        } catch (NoSuchFileException e) {
            throw new BadFile("no such file; check the path, or make one with 'ebb certificate'");
        } catch (AccessDeniedException e) {
            throw new BadFile("may not be read; check its owner and mode");
        } catch (IOException e) {
            throw new BadFile("cannot be read: " + e.getMessage());
        }
    }

    private static List<Block> blocks(String text) throws BadFile {
        var blocks = new ArrayList<Block>();
        String label = "";
        var body = new StringBuilder();
        boolean encrypted = false;
        for (String line : text.lines().map(String::strip).toList()) {
            if (line.startsWith(BEGIN) && line.endsWith(DASHES)) {
                label = line.substring(BEGIN.length(), line.length() - DASHES.length());
                body.setLength(0);
                encrypted = false;
            } else if (line.startsWith(END) && !label.isEmpty()) {
                if (!line.equals(END + label + DASHES)) {
                    throw new BadFile("a block of '%s' does not end as such".formatted(label));
                }
                blocks.add(new Block(label, decode(label, body, encrypted), encrypted));
                label = "";
            } else if (line.contains(":")) {
                encrypted |= line.startsWith("Proc-Type:") && line.contains("ENCRYPTED");
            } else if (!label.isEmpty()) {
                body.append(line);
            }
        }
        if (!label.isEmpty()) {
            throw new BadFile("breaks off within a block of '%s'; copy it again".formatted(label));
        }
        if (blocks.isEmpty()) {
            throw new BadFile(
                    "is no PEM file (text with '-----BEGIN ...'); a DER file becomes one with"
                            + " 'openssl x509 -inform DER' or 'openssl pkey -inform DER'");
        }
        return blocks;
    }

    private static byte[] decode(String label, CharSequence body, boolean encrypted)
            throws BadFile {
        try {
            return encrypted ? new byte[0] : Base64.getDecoder().decode(body.toString());
        } catch (IllegalArgumentException e) {
            throw new BadFile(
                    "a block of '%s' is not base64; copy the file again".formatted(label));
        }
    }

    static String write(String label, byte[] content) {
        var base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return BEGIN + label + DASHES + "\n" + base64 + "\n" + END + label + DASHES + "\n";
    }
}
