package dev.ebb.gateway.http2;

/**
 * Takes the fields of one head or of trailers, one after the other. The arrays are borrowed: what
 * is in them is good until the call returns.
 */
public interface FieldSink {
    /** Looks at nothing. */
    FieldSink NONE = (name, nameFrom, nameTo, value, valueFrom, valueTo, traits) -> {};

    /**
     * @param name holds the name from {@code nameFrom} to before {@code nameTo}
     * @param value holds the value, likewise
     * @param traits what is known of the field, see {@link FieldTraits}; 0 for nothing
     */
    void field(
            byte[] name,
            int nameFrom,
            int nameTo,
            byte[] value,
            int valueFrom,
            int valueTo,
            int traits);
}
