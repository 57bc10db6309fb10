package dev.ebb.journal;

import dev.ebb.core.forecast.Outlook;
import dev.ebb.core.forecast.Terms;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.ser.std.StdSerializer;

/**
 * An outlook stands in JSON as its terms and its numbers: some seven thousand, most of them 0 for
 * days, so they are deflated, in Base64.
 */
final class OutlookJson {
    /** More numbers than any outlook has. */
    private static final int MOST = 100_000;

    private OutlookJson() {}

    private record Form(Terms terms, String numbers) {}

    static final class Writer extends StdSerializer<Outlook> {
        Writer() {
            super(Outlook.class);
        }

        @Override
        public void serialize(Outlook value, JsonGenerator out, SerializationContext context) {
            out.writePOJO(new Form(value.terms(), packed(value.toArray())));
        }
    }

    static final class Reader extends StdDeserializer<Outlook> {
        Reader() {
            super(Outlook.class);
        }

        @Override
        public Outlook deserialize(JsonParser in, DeserializationContext context) {
            Form form = context.readValue(in, Form.class);
            return Outlook.of(form.terms(), unpacked(form.numbers()));
        }
    }

    private static String packed(double[] numbers) {
        ByteBuffer bytes = ByteBuffer.allocate(numbers.length * Double.BYTES);
        for (double number : numbers) {
            bytes.putDouble(number);
        }
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (Deflater deflater = new Deflater()) {
            deflater.setInput(bytes.array());
            deflater.finish();
            byte[] part = new byte[8192];
            while (!deflater.finished()) {
                packed.write(part, 0, deflater.deflate(part));
            }
        }
        return Base64.getEncoder().encodeToString(packed.toByteArray());
    }

    private static double[] unpacked(String text) {
        byte[] bytes = new byte[MOST * Double.BYTES];
        int length = 0;
        try (Inflater inflater = new Inflater()) {
            inflater.setInput(Base64.getDecoder().decode(text));
            while (!inflater.finished()) {
                int more = inflater.inflate(bytes, length, bytes.length - length);
                if (more == 0) {
                    throw new IllegalArgumentException("not an outlook: cut off, or too long");
                }
                length += more;
            }
        } catch (DataFormatException e) {
            throw new IllegalArgumentException("not an outlook", e);
        }
        double[] numbers = new double[length / Double.BYTES];
        ByteBuffer.wrap(bytes, 0, length).asDoubleBuffer().get(numbers);
        return numbers;
    }
}
