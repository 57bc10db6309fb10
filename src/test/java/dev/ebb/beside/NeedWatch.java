package dev.ebb.beside;

import dev.ebb.console.AdminClient;
import dev.ebb.console.AdminFile;
import dev.ebb.console.View;
import dev.ebb.control.ServiceStatus;
import dev.ebb.core.Command;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Looks, several times within each tick, at what an operator says of its one workload: in which
 * tick it first needed more pods than serve, and in which it first rescued. One thread of its own.
 */
final class NeedWatch implements AutoCloseable {
    private static final long EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(30);

    private final AdminClient admin;
    private final Thread thread;
    private volatile boolean ended;
    private volatile Optional<Long> needed = Optional.empty();
    private volatile Optional<Long> rescued = Optional.empty();

    NeedWatch(Path state) throws IOException {
        admin = new AdminClient(AdminFile.find(state).orElseThrow());
        thread = Thread.ofVirtual().start(this::run);
    }

    private void run() {
        while (!ended && rescued.isEmpty()) {
            try {
                look(admin.view());
            } catch (IOException e) {
                // It is busy: the next look tells.
            }
            LockSupport.parkNanos(EVERY_NANOS);
        }
    }

    private void look(View view) {
        List<ServiceStatus> services = view.status().services();
        if (services.isEmpty()) {
            return;
        }
        ServiceStatus shop = services.getFirst();
        long tick = view.loop().ticks();
        boolean rescues =
                shop.explanation().planned().stream()
                        .anyMatch(p -> p.command() instanceof Command.Rescue);
        boolean parked = shop.instances().stream().anyMatch(i -> i.lifecycle().canBeRescued());
        if (needed.isEmpty()
                && (rescues || shop.explanation().wanted() > shop.explanation().serving())) {
            needed = Optional.of(tick);
        }
        if (needed.isPresent() && (rescues || !parked)) {
            rescued = Optional.of(tick);
        }
    }

    /** How many ticks after the need the rescue came; empty as long as there was none. */
    Optional<Long> ticks() {
        return rescued.map(tick -> tick - needed.orElse(tick));
    }

    @Override
    public void close() {
        ended = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
