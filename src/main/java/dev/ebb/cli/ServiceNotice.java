package dev.ebb.cli;

import dev.ebb.gateway.handover.ServiceManager;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What a service manager is told of this process, if there is one that wants to know. Only a
 * process that has been in charge says that it ends: of another one's end nobody is to hear. Safe
 * for use by several threads.
 */
final class ServiceNotice {
    private final Optional<String> socket = Optional.ofNullable(System.getenv("NOTIFY_SOCKET"));
    private final AtomicBoolean inCharge = new AtomicBoolean();
    private final PrintWriter err;

    ServiceNotice(PrintWriter err) {
        this.err = err;
    }

    /** That we are ready, and which process we are: after an upgrade it is another one. */
    void ready() {
        inCharge.set(true);
        tell("READY=1\nMAINPID=" + ProcessHandle.current().pid() + "\n");
    }

    /** That we end, and no other process goes on for us. Once. */
    void stopping() {
        if (inCharge.getAndSet(false)) {
            tell("STOPPING=1\n");
        }
    }

    private void tell(String lines) {
        if (socket.isPresent()) {
            ServiceManager.tell(socket, lines)
                    .ifPresent(why -> {
                        err.println("ebb: " + why);
                        err.flush();
                    });
        }
    }
}
