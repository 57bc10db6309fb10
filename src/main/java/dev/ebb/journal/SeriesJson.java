package dev.ebb.journal;

import dev.ebb.core.LatencyPoint;
import dev.ebb.core.LoadPoint;
import dev.ebb.core.ProcessReading;
import dev.ebb.core.QueuePoint;
import dev.ebb.core.Series;
import dev.ebb.core.TrafficReading;
import java.util.List;
import java.util.function.ToLongFunction;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.ser.std.StdSerializer;

/** A series stands in JSON as the list of its points, oldest first. */
final class SeriesJson {
    private SeriesJson() {}

    @SuppressWarnings("rawtypes")
    static final class Writer extends StdSerializer<Series> {
        Writer() {
            super(Series.class);
        }

        @Override
        public void serialize(Series value, JsonGenerator out, SerializationContext context) {
            out.writeStartArray();
            for (Object point : value.points()) {
                out.writePOJO(point);
            }
            out.writeEndArray();
        }
    }

    /** Learns from where it stands which readings the series is of. */
    @SuppressWarnings("rawtypes")
    static final class Reader extends StdDeserializer<Series> {
        private final Class<?> point;

        Reader() {
            this(Object.class);
        }

        private Reader(Class<?> point) {
            super(Series.class);
            this.point = point;
        }

        @Override
        public ValueDeserializer<?> createContextual(
                DeserializationContext context, BeanProperty property) {
            JavaType type = context.getContextualType();
            return new Reader(type.containedTypeOrUnknown(0).getRawClass());
        }

        @Override
        public Series<?> deserialize(JsonParser in, DeserializationContext context) {
            if (point == ProcessReading.class) {
                return read(in, context, ProcessReading.class, ProcessReading::measuredAtNanos);
            }
            if (point == TrafficReading.class) {
                return read(in, context, TrafficReading.class, TrafficReading::measuredAtNanos);
            }
            if (point == LatencyPoint.class) {
                return read(in, context, LatencyPoint.class, LatencyPoint::atNanos);
            }
            if (point == QueuePoint.class) {
                return read(in, context, QueuePoint.class, QueuePoint::atNanos);
            }
            if (point == LoadPoint.class) {
                return read(in, context, LoadPoint.class, LoadPoint::atNanos);
            }
            throw new IllegalArgumentException("no series of " + point);
        }

        private static <T> Series<T> read(
                JsonParser in,
                DeserializationContext context,
                Class<T> point,
                ToLongFunction<T> clock) {
            JavaType list = context.getTypeFactory().constructCollectionType(List.class, point);
            List<T> points = context.readValue(in, list);
            return Series.of(points, clock);
        }
    }
}
