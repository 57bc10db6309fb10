package dev.ebb.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

final class HeadWriterTest {
    private static final String OLD = "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n\r\n";
    private static final String NEW = "HTTP/1.1 200 OK\r\n\r\n";

    private final HeadWriter writer = new HeadWriter().add(NEW.getBytes(US_ASCII));

    @Test
    void aShorterHeadTakesThePlaceOfTheOneThatCame() {
        ByteBuf came = came();
        assertThat(writer.fitsBefore(came)).isTrue();

        writer.putBefore(came);

        assertThat(came.toString(US_ASCII)).isEqualTo(NEW + "the body");
    }

    @Test
    void aLongerOneDoesNotFit() {
        ByteBuf came = came();
        assertThat(writer.add(new byte[OLD.length()]).fitsBefore(came)).isFalse();
    }

    @Test
    void whatSomebodyElseStillReadsIsNotWrittenTo() {
        ByteBuf came = came();
        ByteBuf shared = came.retainedSlice();

        assertThat(writer.fitsBefore(came)).isFalse();
        assertThat(writer.fitsBefore(shared)).isFalse();
        shared.release();
        assertThat(writer.fitsBefore(came.duplicate())).isFalse();
        assertThat(writer.fitsBefore(came)).isTrue();
    }

    private static ByteBuf came() {
        return Unpooled.copiedBuffer(OLD + "the body", US_ASCII).skipBytes(OLD.length());
    }
}
