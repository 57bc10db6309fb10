package dev.ebb.xds;

import static dev.ebb.balance.EndpointRole.ACTIVE;
import static dev.ebb.balance.EndpointRole.PARKED;
import static dev.ebb.xds.TestXds.HELLO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ebb.balance.Endpoint;
import dev.ebb.balance.EndpointRole;
import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Now;
import io.grpc.CallOptions;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** grpc-java's own xDS client, without a proxy. */
@Tag("slow")
class GrpcClientTest {
    private static final String BOOTSTRAP = "io.grpc.xds.bootstrapConfig";
    private static final Duration LIMIT = Duration.ofSeconds(40);
    private static final int CALLS = 400;

    /** A call that is answered with the instance's index, in one byte. */
    private static final MethodDescriptor<byte[], byte[]> WHO =
            MethodDescriptor.<byte[], byte[]>newBuilder()
                    .setType(MethodDescriptor.MethodType.UNARY)
                    .setFullMethodName("test.Hello/Who")
                    .setRequestMarshaller(new RawBytes())
                    .setResponseMarshaller(new RawBytes())
                    .build();

    private final List<Server> instances = new ArrayList<>();
    private XdsServer xds;
    private ManagedChannel channel;
    private long generation;

    @BeforeEach
    void start() throws Exception {
        for (int i = 0; i < 3; i++) {
            instances.add(instance((byte) i));
        }
        xds = XdsServer.start(TestXds.settings(0, 10_000, HELLO));
        System.setProperty(BOOTSTRAP, Bootstrap.grpc("client-1", xds.address()));
        channel =
                Grpc.newChannelBuilder("xds:///hello", InsecureChannelCredentials.create()).build();
    }

    private static Server instance(byte index) throws IOException {
        var service =
                ServerServiceDefinition.builder("test.Hello")
                        .addMethod(
                                WHO,
                                ServerCalls.asyncUnaryCall((request, answer) -> {
                                    answer.onNext(new byte[] {index});
                                    answer.onCompleted();
                                }))
                        .build();
        return NettyServerBuilder.forAddress(TestXds.loopback(0))
                .addService(service)
                .build()
                .start();
    }

    @AfterEach
    void stop() throws Exception {
        System.clearProperty(BOOTSTRAP);
        channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        xds.close();
        for (Server instance : instances) {
            instance.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        }
    }

    private void publish(double firstWeight, EndpointRole... roles) {
        generation++;
        List<Endpoint> endpoints = new ArrayList<>();
        for (int i = 0; i < roles.length; i++) {
            endpoints.add(
                    new Endpoint(
                            new InstanceId(HELLO, i + 1),
                            "127.0.0.1",
                            instances.get(i).getPort(),
                            roles[i],
                            i == 0 ? firstWeight : 1,
                            Endpoint.NO_RAMP));
        }
        xds.publish(new EndpointSnapshot(HELLO, generation, endpoints));
    }

    private void awaitAcknowledged() {
        await().atMost(LIMIT)
                .until(() ->
                        xds.report(HELLO, new Now(System.nanoTime(), 0)).acknowledgedGeneration()
                                == generation);
    }

    /** How many of the calls each instance answered; each must be answered. */
    private int[] call(int calls) {
        int[] byInstance = new int[instances.size()];
        for (int i = 0; i < calls; i++) {
            byte[] answer =
                    ClientCalls.blockingUnaryCall(
                            channel,
                            WHO,
                            CallOptions.DEFAULT.withDeadlineAfter(
                                    LIMIT.toSeconds(), TimeUnit.SECONDS),
                            new byte[0]);
            byInstance[answer[0]]++;
        }
        return byInstance;
    }

    @Test
    void itHeedsParkRescueAndWeights() {
        publish(1, ACTIVE, ACTIVE, ACTIVE);
        call(1);
        await().atMost(LIMIT)
                .until(() -> Arrays.stream(call(CALLS)).allMatch(answered -> answered > 0));
        awaitAcknowledged();

        publish(1, ACTIVE, ACTIVE, PARKED);
        awaitAcknowledged();
        // It acknowledges before its channels have changed over, by a moment.
        await().atMost(Duration.ofSeconds(5)).until(() -> call(20)[2] == 0);
        assertThat(call(CALLS)[2]).isZero();

        publish(1, ACTIVE, ACTIVE, ACTIVE);
        await().atMost(LIMIT).until(() -> call(20)[2] > 0);

        publish(8, ACTIVE, ACTIVE, PARKED);
        awaitAcknowledged();
        await().atMost(Duration.ofSeconds(5)).until(() -> call(20)[2] == 0);
        int[] weighted = call(CALLS);
        // 8 of 9 are expected, with a standard deviation of 1.6 %.
        assertThat((double) weighted[0] / CALLS).isBetween(0.80, 0.97);
    }
}
