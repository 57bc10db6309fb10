package dev.ebb.platform.kubernetes;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** An {@code ebb operator} as a process of its own, with data planes. */
final class RealOperator implements AutoCloseable {
    private static final long END_SECONDS = 30;

    private final Process process;
    private final Path output;

    private RealOperator(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /**
     * @param xds where it serves xDS
     * @param proxy where Envoy is to accept requests
     */
    static RealOperator start(
            Path folder, String name, String namespace, int xds, int proxy, String... more)
            throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of(
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx192m",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Dslf4j.provider=dev.ebb.cli.LogProvider",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.ebb.cli.Main",
                        "operator",
                        "--kubeconfig",
                        ControlPlane.kubeconfig().toString(),
                        "--namespace",
                        namespace,
                        "--tick",
                        "250",
                        "--metrics-every",
                        "500",
                        "--state",
                        folder.resolve(name).toString(),
                        "--xds",
                        "127.0.0.1:" + xds,
                        "--xds-proxy",
                        "127.0.0.1:" + proxy,
                        "--xds-grace",
                        "3"));
        command.addAll(List.of(more));
        Path output = folder.resolve(name + ".out");
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                        .start();
        return new RealOperator(process, output);
    }

    /** All that it has written, and those of its name before it. */
    String output() {
        try {
            return Files.exists(output) ? Files.readString(output, UTF_8) : "";
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** Its lines of an action, without the time. */
    List<String> lines(String action) {
        if (!process.isAlive()) {
            throw new AssertionError("it has ended: " + output());
        }
        return output().lines()
                .filter(l -> l.contains("/" + ControlPlane.APP + " " + action))
                .toList();
    }

    /** Whether it looks after the workload, after a life before it. */
    boolean isServing() {
        return lines("is looked after").size() > 1;
    }

    /** Whether it is the one of several that acts. */
    boolean leads() {
        if (!process.isAlive()) {
            throw new AssertionError("it has ended: " + output());
        }
        return output().lines().anyMatch(l -> l.endsWith(" leads"));
    }

    /** Tells it to end, and waits for that. */
    void end() throws InterruptedException {
        process.toHandle().destroy();
        if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("it does not end: " + output());
        }
    }

    /** As a crash does. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor(END_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    static InetSocketAddress at(int port) {
        return new InetSocketAddress(java.net.InetAddress.getLoopbackAddress(), port);
    }
}
