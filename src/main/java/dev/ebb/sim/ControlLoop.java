package dev.ebb.sim;

import dev.ebb.control.Order;
import dev.ebb.control.Ports;
import dev.ebb.control.ServicePlan;
import dev.ebb.control.Status;
import dev.ebb.core.Now;
import dev.ebb.core.Reason;
import java.util.List;

/**
 * What the simulation drives: the real control loop, or one broken on purpose to prove that the
 * checker sees it. Each method as in {@code Controller}.
 */
public interface ControlLoop {

    void recover(Now now);

    void step(Now now);

    Order.Answer order(Order order, Now now);

    void takeBack(Reason why, Now now);

    Status status();

    boolean shutdown(Now now, boolean keepInstances);

    /** Builds one for a new life of Ebb. */
    interface Factory {
        ControlLoop create(List<ServicePlan> services, Ports ports);
    }
}
