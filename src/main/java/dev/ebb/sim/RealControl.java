package dev.ebb.sim;

import dev.ebb.control.Controller;
import dev.ebb.control.Order;
import dev.ebb.control.Ports;
import dev.ebb.control.ServicePlan;
import dev.ebb.control.Status;
import dev.ebb.core.Now;
import dev.ebb.core.Reason;
import java.util.List;

/** The control loop as it runs in production. */
final class RealControl implements ControlLoop {
    private final Controller controller;

    RealControl(List<ServicePlan> services, Ports ports) {
        controller = new Controller(services, ports, "simulated");
    }

    @Override
    public void recover(Now now) {
        controller.recover(now);
    }

    @Override
    public void step(Now now) {
        controller.step(now);
    }

    @Override
    public Order.Answer order(Order order, Now now) {
        return controller.order(order, now);
    }

    @Override
    public void takeBack(Reason why, Now now) {
        controller.takeBack(why, now);
    }

    @Override
    public Status status() {
        return controller.status();
    }

    @Override
    public boolean shutdown(Now now, boolean keepInstances) {
        return controller.shutdown(now, keepInstances);
    }
}
