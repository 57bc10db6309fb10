package dev.ebb.xds;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.ebb.balance.Endpoint;
import dev.ebb.balance.EndpointRole;
import dev.ebb.core.InstanceId;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import java.util.Locale;
import java.util.Optional;

/**
 * What Ebb's own gateway is told of an endpoint beyond what EDS has fields for, as metadata. Pure.
 *
 * @param ramps whether it is in its slow start
 */
record EndpointLabels(InstanceId id, EndpointRole role, boolean ramps) {
    private static final String SPACE = "dev.ebb";
    private static final String INSTANCE = "instance";
    private static final String ROLE = "role";
    private static final String RAMPS = "slow-start";

    static Metadata of(Endpoint endpoint) {
        var fields =
                Struct.newBuilder()
                        .putFields(INSTANCE, text(endpoint.id().toString()))
                        .putFields(ROLE, text(endpoint.role().name().toLowerCase(Locale.ROOT)));
        if (endpoint.rampFromNanos() != Endpoint.NO_RAMP) {
            fields.putFields(RAMPS, Value.newBuilder().setBoolValue(true).build());
        }
        return Metadata.newBuilder().putFilterMetadata(SPACE, fields.build()).build();
    }

    private static Value text(String text) {
        return Value.newBuilder().setStringValue(text).build();
    }

    /** Empty for an endpoint that has none that can be read. */
    static Optional<EndpointLabels> read(Metadata metadata) {
        Struct fields = metadata.getFilterMetadataOrDefault(SPACE, Struct.getDefaultInstance());
        Value none = Value.getDefaultInstance();
        String role = fields.getFieldsOrDefault(ROLE, none).getStringValue();
        boolean ramps = fields.getFieldsOrDefault(RAMPS, none).getBoolValue();
        return InstanceId.parse(fields.getFieldsOrDefault(INSTANCE, none).getStringValue())
                .flatMap(id -> role(role).map(r -> new EndpointLabels(id, r, ramps)));
    }

    private static Optional<EndpointRole> role(String name) {
        for (EndpointRole role : EndpointRole.values()) {
            if (role.name().toLowerCase(Locale.ROOT).equals(name)) {
                return Optional.of(role);
            }
        }
        return Optional.empty();
    }
}
