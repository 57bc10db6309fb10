package dev.ebb.platform.kubernetes;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ebb.platform.kubernetes.Operator.LeaseSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** {@code ebb operator} as a process of its own, so that it can be paused as a whole. */
final class OperatorProcess implements AutoCloseable {
    private final Process process;
    private final Path output;

    private OperatorProcess(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /**
     * One that acts quickly, and leads by the Lease {@code ebb} of the namespace.
     *
     * @param before what its command line begins with, as {@code ip netns exec NAME}
     */
    static OperatorProcess start(
            List<String> before, Path kubeconfig, String namespace, Path folder)
            throws IOException {
        List<String> command = new ArrayList<>(before);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of(
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx192m",
                        "-Dslf4j.provider=dev.ebb.cli.LogProvider",
                        "-cp",
                        System.getProperty(
                                "ebb.test.classpath", System.getProperty("java.class.path")),
                        "dev.ebb.cli.Main",
                        "operator",
                        "--kubeconfig",
                        kubeconfig.toString(),
                        "--namespace",
                        namespace,
                        "--lease",
                        namespace + "/ebb",
                        "--tick",
                        "250",
                        "--metrics-every",
                        "500",
                        "--state",
                        folder.resolve("state").toString()));
        Path output = folder.resolve("operator.out");
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        return new OperatorProcess(process, output);
    }

    /** The Lease by which it leads, for another one that is to follow it. */
    static LeaseSettings lease(String namespace) {
        return new LeaseSettings(
                namespace,
                "ebb",
                Duration.ofSeconds(15),
                Duration.ofSeconds(5),
                Duration.ofSeconds(2));
    }

    /** What it has said so far that contains this. */
    List<String> lines(String part) {
        try (Stream<String> lines = Files.lines(output, UTF_8)) {
            return lines.filter(l -> l.contains(part)).toList();
        } catch (IOException e) {
            return List.of(e.toString());
        }
    }

    void signal(String name) {
        try {
            int code = new ProcessBuilder("kill", "-" + name, "" + process.pid()).start().waitFor();
            if (code != 0) {
                throw new IllegalStateException("no process " + process.pid());
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
