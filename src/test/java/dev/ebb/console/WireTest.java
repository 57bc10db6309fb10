package dev.ebb.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ebb.control.Order;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What is written can be read back, and nonsense is refused in plain words. */
class WireTest {

    @Test
    void theWholeStateGoesThereAndBack() {
        View view = Samples.view();
        assertThat(Wire.read(Wire.write(view), View.class)).isEqualTo(view);
        assertThat(Wire.read(Wire.pretty(view), View.class)).isEqualTo(view);
    }

    @Test
    void theJsonIsAsPeopleExpectIt() {
        var json = Wire.tree(Wire.write(Samples.view()));
        var service = json.path("status").path("services").path(0);
        assertThat(service.path("name").stringValue()).isEqualTo("hello");
        assertThat(service.path("ordered_replicas").isNull()).isTrue();
        assertThat(service.path("policy").path("in").path("window").stringValue())
                .isEqualTo("PT30S");
        var instance = service.path("instances").path(0);
        assertThat(instance.path("id").stringValue()).isEqualTo("hello-1");
        assertThat(instance.path("lifecycle").stringValue()).isEqualTo("SERVING");
        assertThat(instance.path("cpu").doubleValue()).isEqualTo(0.31);
        assertThat(instance.path("concurrency").isNull()).isTrue();
        var planned = service.path("explanation").path("planned").path(0);
        assertThat(planned.path("command").path("type").stringValue()).isEqualTo("park");
    }

    static Stream<Order> orders() {
        return Stream.of(
                new Order.Scale(Samples.HELLO, OptionalInt.of(3), true),
                new Order.Scale(Samples.HELLO, OptionalInt.empty(), false),
                new Order.Park(Samples.hello(1), true),
                new Order.Rescue(Samples.hello(2)),
                new Order.Restart(Samples.hello(3)),
                new Order.Protect(Samples.hello(4), false),
                new Order.Freeze(Optional.of(Samples.HELLO), true),
                new Order.Freeze(Optional.empty(), false),
                new Order.Approve(Samples.HELLO, "0badcafe"));
    }

    @ParameterizedTest
    @MethodSource("orders")
    void ordersGoThereAndBack(Order order) throws OrderJson.Malformed {
        assertThat(OrderJson.read(OrderJson.write(order))).isEqualTo(order);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{ | the body is not JSON",
                "[] | the body is not a JSON object",
                "{} | 'type' is missing or no text",
                "{\"type\": \"kill\"} | unknown type 'kill'; it is one of [approve, freeze,",
                "{\"type\": \"park\"} | 'instance' is missing or no text",
                "{\"type\": \"park\", \"instance\": \"x\"} | 'instance' is no instance's name",
                "{\"type\": \"park\", \"instance\": \"a-1\", \"force\": 1} | 'force' is true or",
                "{\"type\": \"rescue\", \"instance\": \"a-1\", \"force\": true} | 'rescue' has no",
                "{\"type\": \"scale\", \"service\": \"A\"} | 'service' is no service's name",
                "{\"type\": \"scale\", \"service\": \"a\", \"replicas\": -1} | 'replicas' is a",
                "{\"type\": \"scale\", \"service\": \"a\", \"replicas\": 1.5} | 'replicas' is a"
            })
    void nonsenseIsRefused(String json, String why) {
        assertThatThrownBy(() -> OrderJson.read(json))
                .isInstanceOf(OrderJson.Malformed.class)
                .hasMessageStartingWith(why);
    }

    @Test
    void adminJsonIsForItsOwnerOnly(@TempDir Path state) throws IOException {
        var file = new AdminFile("127.0.0.1", 4000, 12, AdminFile.newToken());
        assertThat(AdminFile.find(state)).isEmpty();
        file.write(state);
        file.write(state);
        Path path = state.resolve("admin.json");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw-------");
        assertThat(AdminFile.find(state)).hasValue(file);
        Files.writeString(path, "{\"port\": ");
        assertThat(AdminFile.find(state)).isEmpty();
        Files.writeString(path, "{}");
        assertThat(AdminFile.find(state)).isEmpty();
        AdminFile.remove(state);
        assertThat(path).doesNotExist();
    }
}
