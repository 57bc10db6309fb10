package dev.ebb.sim.lab;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * A file of recorded load. What is packed with gzip is unpacked on the way, whatever its name is:
 * the first two bytes tell. Immutable.
 */
public record TraceSource(Path file) {
    private static final int BUFFER = 1 << 16;
    private static final int GZIP = 0x8B1F;

    /** The content, unpacked. The caller closes it. */
    public InputStream open() throws IOException {
        var in = new BufferedInputStream(Files.newInputStream(file), BUFFER);
        try {
            in.mark(2);
            int magic = in.read() | in.read() << 8;
            in.reset();
            return magic == GZIP ? new GZIPInputStream(in, BUFFER) : in;
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }

    /** The content as text in UTF-8; reading fails where it is none. */
    public BufferedReader text() throws IOException {
        var decoder =
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT);
        return new BufferedReader(new InputStreamReader(open(), decoder));
    }

    /** The first 64 KiB, each byte a character: enough to tell one form from another. */
    String head() throws IOException {
        try (InputStream in = open()) {
            return new String(in.readNBytes(BUFFER), StandardCharsets.ISO_8859_1);
        }
    }

    /** By which reports call the trace: the file's name without its folder and extensions. */
    public String name() {
        String name = String.valueOf(file.getFileName());
        String plain = name.endsWith(".gz") ? name.substring(0, name.length() - 3) : name;
        int dot = plain.lastIndexOf('.');
        return dot > 0 ? plain.substring(0, dot) : plain;
    }

    /** The file as messages show it. */
    public String place() {
        return file.toString();
    }

    /** Whether reading failed because what is packed is cut off or damaged. */
    static boolean isBrokenGzip(IOException e) {
        return e instanceof ZipException || e instanceof EOFException;
    }
}
