package dev.ebb.platform.kubernetes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;

/**
 * A network namespace with one link to this machine, which can be cut: what is sent then goes
 * nowhere, nobody is told, and what TCP still has to send arrives once the link is there again.
 */
final class Island implements AutoCloseable {
    private final String name;
    private final String link;
    private final String address;

    private Island(long number) {
        this.name = "ebb-" + number;
        this.link = "ebb" + number;
        // Of the block for benchmarks, four for each.
        this.address = "198.18.%d.%d".formatted(number / 60 % 250, number % 60 * 4);
    }

    /** The test is skipped where no namespace can be made. */
    static Island open() {
        var island = new Island(ProcessHandle.current().pid());
        assumeTrue(island.run("netns", "add", island.name), "needs `ip netns` and root");
        try {
            island.build();
            return island;
        } catch (IllegalStateException e) {
            island.close();
            throw e;
        }
    }

    private void build() {
        must("link", "add", link, "type", "veth", "peer", "name", "out", "netns", name);
        must("addr", "add", at(1) + "/30", "dev", link);
        must("link", "set", link, "up");
        must("-n", name, "addr", "add", at(2) + "/30", "dev", "out");
        must("-n", name, "link", "set", "out", "up");
        must("-n", name, "link", "set", "lo", "up");
    }

    private String at(int which) {
        int dot = address.lastIndexOf('.') + 1;
        return address.substring(0, dot) + (Integer.parseInt(address.substring(dot)) + which);
    }

    /** This machine, as seen from there. */
    InetAddress shore() throws IOException {
        return InetAddress.getByName(at(1));
    }

    /** What a command begins with that is to run there. */
    List<String> command() {
        return List.of("ip", "netns", "exec", name);
    }

    void cut() {
        must("link", "set", link, "down");
    }

    void mend() {
        must("link", "set", link, "up");
    }

    private void must(String... words) {
        if (!run(words)) {
            throw new IllegalStateException("failed: ip " + String.join(" ", words));
        }
    }

    private boolean run(String... words) {
        try {
            Process ip =
                    new ProcessBuilder(Stream.concat(Stream.of("ip"), Stream.of(words)).toList())
                            .redirectErrorStream(true)
                            .start();
            try (var output = ip.inputReader(UTF_8)) {
                output.lines().forEach(System.err::println);
            }
            return ip.waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Whoever runs there must have ended. */
    @Override
    public void close() {
        run("link", "del", link);
        run("netns", "del", name);
    }
}
