package dev.ebb.beside;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A process of the comparison, with what it writes in a file. */
final class Program implements AutoCloseable {
    private static final long END_SECONDS = 20;

    private final Process process;
    private final Path output;

    private Program(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    static Program start(Path folder, String name, List<String> command) throws IOException {
        Path output = folder.resolve(name + ".out");
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        return new Program(process, output);
    }

    /** A command of Ebb's, by the classes that the tests have. */
    static Program ebb(Path folder, String name, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>();
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
                        "dev.ebb.cli.Main"));
        command.addAll(arguments);
        return start(folder, name, command);
    }

    /** What it has written up to now; fails if it has ended. */
    String output() {
        try {
            String text = Files.readString(output, StandardCharsets.UTF_8);
            if (!process.isAlive()) {
                throw new AssertionError(output.getFileName() + ": it has ended: " + text);
            }
            return text;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
    }
}
