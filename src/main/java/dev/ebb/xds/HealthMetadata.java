package dev.ebb.xds;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.ebb.control.EndpointSink.EndpointReport;
import dev.ebb.core.Health;
import dev.ebb.core.Reason;
import java.util.Optional;

/**
 * How an instance is in the eyes of a gateway apart, in the metadata of its load reports: LRS has
 * no field for that, and no other data plane says it. Pure.
 */
final class HealthMetadata {
    private static final String KEY = "dev.ebb.health";
    private static final String STATE = "state";
    private static final String WHY = "why";

    /** Longer sentences are cut. */
    private static final int WHY_MAX = 300;

    /**
     * @param why it is so; empty where nobody says
     */
    record Said(boolean ejected, String why) {}

    private HealthMetadata() {}

    /** Nothing of one that has not been found to be anything yet. */
    static Optional<Struct> of(EndpointReport report) {
        if (report.health() == Health.UNKNOWN) {
            return Optional.empty();
        }
        var said = Struct.newBuilder().putFields(STATE, text(report.health().name()));
        report.healthReason()
                .filter(_ -> report.health() == Health.EJECTED)
                .map(Reason::text)
                .ifPresent(why -> said.putFields(WHY, text(why)));
        return Optional.of(
                Struct.newBuilder()
                        .putFields(KEY, Value.newBuilder().setStructValue(said).build())
                        .build());
    }

    private static Value text(String text) {
        return Value.newBuilder().setStringValue(text).build();
    }

    /** Empty where it says nothing of that, or nothing that is understood. */
    static Optional<Said> read(Struct metadata) {
        Struct said = metadata.getFieldsOrDefault(KEY, text("")).getStructValue();
        String why = said.getFieldsOrDefault(WHY, text("")).getStringValue().strip();
        String some = why.substring(0, Math.min(why.length(), WHY_MAX));
        return switch (said.getFieldsOrDefault(STATE, text("")).getStringValue()) {
            case "EJECTED" -> Optional.of(new Said(true, some));
            case "HEALTHY" -> Optional.of(new Said(false, some));
            default -> Optional.empty();
        };
    }
}
