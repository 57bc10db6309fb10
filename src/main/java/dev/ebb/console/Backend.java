package dev.ebb.console;

import dev.ebb.control.Order;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What the admin API speaks to. All of it may be called by several threads, and none of it waits
 * for longer than a few seconds.
 *
 * @param view the present state
 * @param orders carries out an order on the control thread, or refuses it
 * @param stop begins to end Ebb; the argument says whether instances are kept
 * @param trouble why Ebb is not well, if it is not
 * @param upgrade begins to hand over to another process, or refuses to
 */
public record Backend(
        Supplier<View> view,
        Function<Order, Order.Answer> orders,
        Stop stop,
        Supplier<Optional<String>> trouble,
        Function<UpgradeOrder, Order.Answer> upgrade) {

    /** One that cannot be upgraded. */
    public Backend(
            Supplier<View> view,
            Function<Order, Order.Answer> orders,
            Stop stop,
            Supplier<Optional<String>> trouble) {
        this(
                view,
                orders,
                stop,
                trouble,
                _ -> new Order.Answer.Refused("this Ebb cannot be upgraded"));
    }

    /** Begins to end Ebb, and returns at once. */
    @FunctionalInterface
    public interface Stop {
        void begin(boolean keepInstances);
    }
}
