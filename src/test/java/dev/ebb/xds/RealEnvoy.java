package dev.ebb.xds;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** An Envoy process. */
public final class RealEnvoy implements AutoCloseable {
    private static final long END_SECONDS = 10;

    private final Process process;
    private final Path log;

    private RealEnvoy(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /** The binary that {@code ebb.envoy} names, or that the benchmarks have fetched. */
    public static Path binary() throws IOException {
        String named = System.getProperty("ebb.envoy", System.getenv("EBB_ENVOY"));
        if (named != null) {
            return Path.of(named);
        }
        for (String folder : System.getenv("PATH").split(":", -1)) {
            if (Files.isExecutable(Path.of(folder, "envoy"))) {
                return Path.of(folder, "envoy");
            }
        }
        Path fetched = Path.of(System.getProperty("user.home"), ".cache/ebb/bench/envoy/lib");
        Optional<Path> found = Optional.empty();
        if (Files.isDirectory(fetched)) {
            try (Stream<Path> all = Files.walk(fetched, 6)) {
                found = all.filter(path -> path.endsWith("_bin/envoy")).findFirst();
            }
        }
        if (found.isEmpty()) {
            abort("no Envoy: name one by -Debb.envoy=FILE, or fetch it with bench/proxy/install");
        }
        return found.get();
    }

    public static RealEnvoy start(Path folder, String node, InetSocketAddress ebb)
            throws IOException {
        return start(folder, node, Bootstrap.envoy(node, ebb, 0));
    }

    /**
     * @param bootstrap the file that it starts with
     */
    static RealEnvoy start(Path folder, String node, String bootstrap) throws IOException {
        Path config = Files.writeString(folder.resolve(node + ".yaml"), bootstrap);
        Path log = folder.resolve(node + ".log");
        Process process =
                new ProcessBuilder(
                                binary().toString(),
                                "-c",
                                config.toString(),
                                "--concurrency",
                                "2",
                                "--disable-hot-restart",
                                "--log-level",
                                "info")
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                        .start();
        return new RealEnvoy(process, log);
    }

    public String log() throws IOException {
        return Files.readString(log);
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
        }
    }
}
