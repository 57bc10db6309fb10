package dev.ebb.xds;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An {@code ebb gateway} as a process of its own. */
public final class RealGateway implements AutoCloseable {
    private static final long END_SECONDS = 30;
    private static final Pattern ADMIN = Pattern.compile("admin at http://127.0.0.1:(\\d+)");
    private static final Pattern LISTENS = Pattern.compile("listening at http://127.0.0.1:(\\d+)");

    private final Process process;
    private final Path output;

    private RealGateway(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    public static RealGateway start(Path folder, String node, int xdsPort, String... more)
            throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of(
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx128m",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Dslf4j.provider=dev.ebb.cli.LogProvider",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.ebb.cli.Main",
                        "gateway",
                        "--xds",
                        "127.0.0.1:" + xdsPort,
                        "--node",
                        node,
                        "--listen",
                        "127.0.0.1:0"));
        command.addAll(List.of(more));
        Path output = folder.resolve(node + ".out");
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        return new RealGateway(process, output);
    }

    public String output() {
        try {
            return Files.exists(output) ? Files.readString(output, UTF_8) : "";
        } catch (IOException e) {
            return e.toString();
        }
    }

    public boolean isReady() {
        if (!process.isAlive()) {
            throw new AssertionError("it has ended: " + output());
        }
        return LISTENS.matcher(output()).find();
    }

    public int port() {
        Matcher listens = LISTENS.matcher(output());
        if (!listens.find()) {
            throw new AssertionError(output());
        }
        return Integer.parseInt(listens.group(1));
    }

    /** The admin port, once it is known. */
    OptionalInt admin() {
        if (!process.isAlive()) {
            throw new AssertionError("it has ended: " + output());
        }
        Matcher admin = ADMIN.matcher(output());
        return admin.find()
                ? OptionalInt.of(Integer.parseInt(admin.group(1)))
                : OptionalInt.empty();
    }

    /** The same as {@link #end}, without interruption. */
    int ended() {
        try {
            return end();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits until it has ended of itself. */
    int exit() throws InterruptedException {
        if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("it does not end: " + output());
        }
        return process.exitValue();
    }

    /** Tells it to end, and waits for that. Returns its exit code. */
    public int end() throws InterruptedException {
        process.toHandle().destroy();
        return exit();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
