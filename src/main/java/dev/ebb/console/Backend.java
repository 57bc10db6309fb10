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
 * @param seriesMax instances that have metrics of their own; of more, only those that are not
 *     simply in rotation and well
 */
public record Backend(
        Supplier<View> view,
        Function<Order, Order.Answer> orders,
        Stop stop,
        Supplier<Optional<String>> trouble,
        Function<UpgradeOrder, Order.Answer> upgrade,
        int seriesMax) {

    /** One whose instances all have series of their own. */
    public Backend(
            Supplier<View> view,
            Function<Order, Order.Answer> orders,
            Stop stop,
            Supplier<Optional<String>> trouble,
            Function<UpgradeOrder, Order.Answer> upgrade) {
        this(view, orders, stop, trouble, upgrade, Integer.MAX_VALUE);
    }

    /** The same with a limit to the instances that have series of their own. */
    public Backend withSeriesMax(int most) {
        return new Backend(view, orders, stop, trouble, upgrade, most);
    }

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
