package dev.ebb.demo;

import dev.ebb.control.EndpointSink;
import dev.ebb.core.InstanceId;
import dev.ebb.demo.view.Scene;
import java.util.List;

/** The running Ebb, as far as the demo touches it. Called by the demo's thread. */
public interface Stage {

    /** How the instances are, the oldest first; those gone may be left out. */
    List<Scene.Row> rows();

    /** What scaling did to requests up to now, over all instances that ever were. */
    EndpointSink.Ledger ledger();

    /** Requests that the gateway sent to a second instance up to now, for whatever reason. */
    long retried();

    /** All instances are there: Ebb decides from now on. */
    void handOver();

    /** Ends the instance's process by SIGKILL. Says whether there was one to end. */
    boolean kill(InstanceId id);

    /** Stops all instances and ends. Waits for it, within limits. */
    void shutdown();
}
