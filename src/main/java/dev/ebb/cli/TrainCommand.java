package dev.ebb.cli;

import dev.ebb.gateway.Gateway;
import dev.ebb.gateway.GatewayStartException;
import dev.ebb.gateway.Protocol;
import dev.ebb.gateway.StaticGateway;
import dev.ebb.gateway.tls.TlsClientSettings;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * {@code ebb train}: does what users do, for the launcher, while the JVM records what it needs for
 * it (JEP 483, 514, 515). What is not touched here is loaded and compiled the slow way; what is
 * touched needlessly makes each start slower. So there are two recordings: one for the gateway, one
 * for the commands that ask a running Ebb. Only free loopback ports and a temporary folder are
 * used, and all of it is bounded.
 */
@Command(
        name = "train",
        hidden = true,
        header = "Used by the launcher after a build: makes later starts fast.")
final class TrainCommand implements Callable<Integer> {
    private static final int REQUESTS = 2_000;
    private static final int REQUESTS_SECURED = 500;
    private static final Duration LONGEST = Duration.ofMinutes(2);

    private final PrintWriter nowhere = new PrintWriter(Writer.nullWriter());

    @Parameters(paramLabel = "WHAT", description = "gateway or client")
    private String what = "";

    @Override
    public Integer call() throws InterruptedException {
        return run(what);
    }

    int run(String recording) throws InterruptedException {
        limit();
        try {
            switch (recording) {
                case "gateway" -> gateway();
                case "client" -> client();
                default ->
                        throw new Failure(Exit.USAGE, "gateway or client, not '" + recording + "'");
            }
        } catch (IOException | ClassNotFoundException e) {
            throw new Failure(Exit.FAILED, "cannot train: " + e);
        }
        return Exit.OK;
    }

    /** A start that waits for this must not wait for ever. */
    private static void limit() {
        var watch =
                new Thread(
                        () -> {
                            LockSupport.parkNanos(LONGEST.toNanos());
                            Runtime.getRuntime().halt(Exit.FAILED);
                        },
                        "limit");
        watch.setDaemon(true);
        watch.start();
    }

    /**
     * Puts Netty's native libraries where the launcher says that they are ({@code
     * java.library.path}); else each start would search all jars for them and unpack them.
     */
    private static void unpackNative() throws IOException {
        Path folder = Path.of(System.getProperty("java.library.path", ""));
        String cpu = System.getProperty("os.arch").equals("amd64") ? "x86_64" : "aarch_64";
        if (!folder.isAbsolute() || !folder.getFileName().toString().equals("native")) {
            return;
        }
        Files.createDirectories(folder);
        var epoll = "transport_native_epoll";
        for (String name : List.of(epoll, "transport_native_io_uring42", "tcnative_linux")) {
            String file = "libnetty_%s_%s.so".formatted(name, cpu);
            try (InputStream in =
                    TrainCommand.class.getResourceAsStream("/META-INF/native/" + file)) {
                if (in != null) {
                    Path next = folder.resolve(file + ".next");
                    Files.copy(in, next, StandardCopyOption.REPLACE_EXISTING);
                    Files.move(next, folder.resolve(file), StandardCopyOption.ATOMIC_MOVE);
                }
            }
        }
    }

    private void gateway() throws IOException, ClassNotFoundException, InterruptedException {
        unpackNative();
        // Netty names it without using it, and that is not recorded.
        Class.forName("java.security.cert.X509Certificate");
        try (var service = new TrainTraffic()) {
            var args = List.of("--listen", "127.0.0.1:0", "--to", service.address());
            ProxyCommand.Plan plan = ProxyCommand.quick(args).orElseThrow().plan();
            try (Gateway gateway = ProxyCommand.open(plan)) {
                nowhere.println(ProxyCommand.hello(gateway, plan.to(), AdminPage.NONE));
                TrainTraffic.load(gateway.addresses().getFirst(), REQUESTS);
                gateway.close(Duration.ofSeconds(1));
            }
            Path folder = Files.createTempDirectory("ebb-train");
            try {
                secured(service, folder);
            } finally {
                remove(folder);
            }
        }
    }

    /**
     * TLS and HTTP/2, as what clients speak and as what instances speak. The client is a gateway,
     * too: of another one's classes a start needs none.
     */
    private void secured(TrainTraffic service, Path folder)
            throws IOException, InterruptedException {
        certificate(folder);
        Path certificate = folder.resolve("certificate.pem");
        var plain = List.of("--listen", "127.0.0.1:0", "--to", service.address());
        var words = new ArrayList<>(plain);
        words.addAll(List.of("--tls", "127.0.0.1:0", "--certificate", certificate.toString()));
        words.addAll(List.of("--key", folder.resolve("key.pem").toString()));
        ProxyCommand.Plan plan = ProxyCommand.quick(words).orElseThrow().plan();
        var trusting =
                new TlsClientSettings(Optional.empty(), Optional.empty(), Optional.empty(), false);
        try (Gateway gateway = ProxyCommand.open(plan)) {
            nowhere.println(ProxyCommand.hello(gateway, plan.to(), AdminPage.NONE));
            for (Protocol spoken : List.of(Protocol.HTTP1, Protocol.HTTP2)) {
                try (Gateway client =
                        StaticGateway.start(
                                ProxyCommand.quick(plain).orElseThrow().plan().settings(),
                                StaticGateway.service(plan.policy(), spoken).withTls(trusting),
                                List.of(gateway.tlsAddress().orElseThrow()))) {
                    TrainTraffic.load(client.addresses().getFirst(), REQUESTS_SECURED);
                    client.close(Duration.ofSeconds(1));
                }
            }
            gateway.close(Duration.ofSeconds(1));
        } catch (GatewayStartException e) {
            throw new IOException(e);
        }
    }

    /** By another process: a start makes none. */
    private void certificate(Path folder) throws IOException, InterruptedException {
        Process made = java("certificate", "--folder", folder.toString()).start();
        if (!made.waitFor(20, TimeUnit.SECONDS) || made.exitValue() != 0) {
            made.destroyForcibly();
            throw new IOException("no certificate to train with");
        }
    }

    /** Another Ebb. */
    private static ProcessBuilder java(String... words) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path")));
        command.add(Main.class.getName());
        command.addAll(List.of(words));
        return new ProcessBuilder(command).redirectErrorStream(true);
    }

    private void client() throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("ebb-train");
        try {
            client(folder);
        } finally {
            remove(folder);
        }
    }

    /**
     * What people ask of an Ebb, which is another process, with an instance that is never ready.
     */
    private void client(Path folder) throws IOException, InterruptedException {
        Path file = folder.resolve("train.yaml");
        Path state = folder.resolve("state");
        Files.writeString(
                file,
                """
                listen: 127.0.0.1:0
                admin: 127.0.0.1:0
                services:
                  train: {run: {command: sleep 60}, instances: 1..2}
                """);
        Process ebb =
                java("run", file.toString(), "--state", state.toString())
                        .redirectOutput(folder.resolve("out").toFile())
                        .start();
        try {
            String[] status = {"status", "--state", state.toString()};
            while (ebb.isAlive() && Main.execute(nowhere, nowhere, status) != Exit.OK) {
                LockSupport.parkNanos(50_000_000);
            }
            for (String line : List.of("status --json", "explain train", "freeze", "thaw")) {
                String[] args = (line + " --state " + state).split(" ", -1);
                Main.execute(nowhere, nowhere, args);
            }
        } finally {
            ebb.destroy();
            if (!ebb.waitFor(20, TimeUnit.SECONDS)) {
                ebb.destroyForcibly();
            }
        }
    }

    private static void remove(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            all.sorted(Comparator.reverseOrder()).forEach(TrainCommand::delete);
        }
    }

    private static void delete(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
