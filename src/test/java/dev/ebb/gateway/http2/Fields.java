package dev.ebb.gateway.http2;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.List;

/** Fields as text, for tests: collects what it is told, and tells what it is given. */
final class Fields implements FieldSink {
    /** A name and a value, and whether it must never be put in a table. */
    record Field(String name, String value, boolean secret) {
        @Override
        public String toString() {
            return name + ": " + value;
        }
    }

    final List<Field> all = new ArrayList<>();

    /**
     * @param namesAndValues alternately
     */
    static Fields of(String... namesAndValues) {
        var fields = new Fields();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.all.add(new Field(namesAndValues[i], namesAndValues[i + 1], false));
        }
        return fields;
    }

    static Fields request(String method, String path, String... more) {
        var fields = of(":method", method, ":scheme", "http", ":path", path, ":authority", "here");
        fields.all.addAll(of(more).all);
        return fields;
    }

    @Override
    public void field(
            byte[] name,
            int nameFrom,
            int nameTo,
            byte[] value,
            int valueFrom,
            int valueTo,
            int traits) {
        all.add(
                new Field(
                        new String(name, nameFrom, nameTo - nameFrom, ISO_8859_1),
                        new String(value, valueFrom, valueTo - valueFrom, ISO_8859_1),
                        (traits & FieldTraits.NEVER_INDEXED) != 0));
    }

    void tell(FieldSink sink) {
        for (Field field : all) {
            // Not at the beginning of the arrays, so that a mistake about positions shows.
            byte[] name = (".." + field.name()).getBytes(ISO_8859_1);
            byte[] value = ("..." + field.value() + ".").getBytes(ISO_8859_1);
            int traits = field.secret() ? FieldTraits.NEVER_INDEXED : 0;
            sink.field(name, 2, name.length, value, 3, value.length - 1, traits);
        }
    }

    String value(String name) {
        return all.stream()
                .filter(field -> field.name().equals(name))
                .map(Field::value)
                .reduce((one, other) -> one + "|" + other)
                .orElse("");
    }

    byte[] encoded(HpackEncoder encoder) {
        encoder.begin();
        tell(encoder);
        return java.util.Arrays.copyOf(encoder.block(), encoder.size());
    }

    @Override
    public String toString() {
        var text = new StringBuilder();
        all.forEach(field -> text.append(field).append('\n'));
        return text.toString();
    }
}
