package dev.ebb.cli;

import dev.ebb.control.Order;
import dev.ebb.core.InstanceId;
import dev.ebb.core.ServiceName;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The commands that give an order to the running Ebb and print its answer. */
final class OrderCommands {
    private OrderCommands() {}

    abstract static class Ordering implements Callable<Integer> {
        @Spec private CommandSpec spec;
        @Mixin private StateOption state;

        abstract Order order();

        @Override
        public Integer call() {
            return switch (state.talk(client -> client.order(order()))) {
                case Order.Answer.Done(String text) -> {
                    spec.commandLine().getOut().println(text);
                    yield Exit.OK;
                }
                case Order.Answer.Refused(String text) ->
                        throw new Failure(Exit.FAILED, "refused: " + text);
            };
        }
    }

    static ServiceName service(String name) {
        if (!ServiceName.isValid(name)) {
            throw new Failure(Exit.USAGE, "'" + name + "' is no service's name; see: ebb status");
        }
        return new ServiceName(name);
    }

    static InstanceId instance(String name) {
        return InstanceId.parse(name)
                .orElseThrow(() ->
                        new Failure(
                                Exit.USAGE,
                                "'%s' is no instance's name; they look like hello-3, see: ebb"
                                                .formatted(name)
                                        + " status"));
    }

    @Command(
            name = "scale",
            header = "Fix the number of a service's instances, or give it back to Ebb.",
            description = {
                "With a number the service keeps that size, whatever its load: fewer are parked and"
                        + " watched before they are stopped, as always. With `auto` Ebb decides"
                        + " again.",
                "",
                "Refused where the load needs more, or outside of the configured range.",
                ""
            })
    static final class Scale extends Ordering {
        @Parameters(index = "0", paramLabel = "SERVICE", description = "A service's name.")
        private String name = "";

        @Parameters(index = "1", paramLabel = "N|auto", description = "How many, or auto.")
        private String size = "";

        @Option(
                names = "--force",
                description = "Even if requests are lost by it. The journal says so.")
        private boolean force;

        @Override
        Order order() {
            if (!size.equals("auto") && !size.matches("\\d{1,6}")) {
                throw new Failure(
                        Exit.USAGE, "'" + size + "' is neither a number of instances nor 'auto'");
            }
            OptionalInt replicas =
                    size.equals("auto")
                            ? OptionalInt.empty()
                            : OptionalInt.of(Integer.parseInt(size));
            return new Order.Scale(service(name), replicas, force);
        }
    }

    @Command(
            name = "park",
            header = "Take an instance out of rotation, without stopping it.",
            description = {
                "It gets no new requests, stays alive, and stays parked until `ebb rescue`. Good"
                        + " for looking at an instance that behaves oddly.",
                ""
            })
    static final class Park extends Ordering {
        @Parameters(paramLabel = "INSTANCE", description = "For example hello-3.")
        private String name = "";

        @Option(names = "--force", description = "Even if those left cannot carry the load.")
        private boolean force;

        @Override
        Order order() {
            return new Order.Park(instance(name), force);
        }
    }

    @Command(
            name = "rescue",
            header = "Put a parked or draining instance back into rotation.",
            description = {"At once, if its checks are good.", ""})
    static final class Rescue extends Ordering {
        @Parameters(paramLabel = "INSTANCE", description = "For example hello-3.")
        private String name = "";

        @Override
        Order order() {
            return new Order.Rescue(instance(name));
        }
    }

    @Command(
            name = "restart",
            header = "Replace an instance by a new one, without losing a request.",
            description = {
                "A stand-in is started; once it serves, the old one is parked, drained and"
                        + " stopped.",
                ""
            })
    static final class Restart extends Ordering {
        @Parameters(paramLabel = "INSTANCE", description = "For example hello-3.")
        private String name = "";

        @Override
        Order order() {
            return new Order.Restart(instance(name));
        }
    }

    @Command(
            name = "protect",
            header = "Never let this instance go when scaling in.",
            description = {"It is still replaced if it fails.", ""})
    static final class Protect extends Ordering {
        @Parameters(paramLabel = "INSTANCE", description = "For example hello-3.")
        private String name = "";

        @Option(names = "--off", description = "Take the protection away.")
        private boolean off;

        @Override
        Order order() {
            return new Order.Protect(instance(name), !off);
        }
    }

    abstract static class Freezing extends Ordering {
        @Parameters(
                paramLabel = "SERVICE",
                arity = "0..1",
                description = "A service's name; all services without it.")
        private Optional<String> name = Optional.empty();

        Order order(boolean on) {
            return new Order.Freeze(name.map(OrderCommands::service), on);
        }
    }

    @Command(
            name = "freeze",
            header = "Stop scaling; failover and rescue go on.",
            description = {
                "Nothing is started for load and nothing is let go until `ebb thaw`.",
                ""
            })
    static final class Freeze extends Freezing {
        @Override
        Order order() {
            return order(true);
        }
    }

    @Command(name = "thaw", header = "Let scaling go on.")
    static final class Thaw extends Freezing {
        @Override
        Order order() {
            return order(false);
        }
    }
}
