package dev.ebb.sim.lab;

import dev.ebb.sim.lab.Recording.Decision;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * Decisions that follow each other, packed: reasons are alike, so that of each some ten bytes are
 * left. Packed are lines of {@code step, before, wanted, reason}, with tabs between, by zlib (RFC
 * 1950), which a browser can unpack as well. Immutable.
 *
 * @param from step of the first one
 * @param count how many they are
 * @param packed not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never changed
public record DecisionPack(int from, int count, byte[] packed) {

    /** These decisions, of which there must be one. */
    static DecisionPack of(List<Decision> decisions) {
        var text = new StringBuilder();
        for (Decision d : decisions) {
            text.append(d.step()).append('\t').append(d.before()).append('\t').append(d.wanted());
            text.append('\t').append(d.reason().replaceAll("\\s+", " ")).append('\n');
        }
        byte[] plain = text.toString().getBytes(StandardCharsets.UTF_8);
        return new DecisionPack(decisions.getFirst().step(), decisions.size(), deflated(plain));
    }

    private static byte[] deflated(byte[] plain) {
        var out = new ByteArrayOutputStream(plain.length / 8 + 64);
        try (var deflater = new Deflater()) {
            deflater.setInput(plain);
            deflater.finish();
            var part = new byte[8192];
            while (!deflater.finished()) {
                out.write(part, 0, deflater.deflate(part));
            }
        }
        return out.toByteArray();
    }

    /** What was packed. */
    List<Decision> decisions() {
        List<Decision> all = new ArrayList<>(count);
        for (String line : inflated().lines().toList()) {
            String[] parts = line.split("\t", 4);
            all.add(
                    new Decision(
                            Integer.parseInt(parts[0]),
                            Integer.parseInt(parts[1]),
                            Integer.parseInt(parts[2]),
                            parts[3]));
        }
        return all;
    }

    private String inflated() {
        var out = new ByteArrayOutputStream(packed.length * 8);
        try (var inflater = new Inflater()) {
            inflater.setInput(packed);
            var part = new byte[8192];
            while (!inflater.finished()) {
                out.write(part, 0, inflater.inflate(part));
            }
        } catch (DataFormatException e) {
            throw new IllegalStateException("a pack that nobody packed", e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
