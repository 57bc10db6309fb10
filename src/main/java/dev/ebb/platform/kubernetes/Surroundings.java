package dev.ebb.platform.kubernetes;

import dev.ebb.control.Clock;
import dev.ebb.control.Monitoring;
import dev.ebb.control.SelfReports;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What all ServiceScales of a namespace share.
 *
 * @param fence before each write
 * @param steps before each step of a removal, which asks the API server several questions
 * @param blind why the API server cannot be seen now; empty when it can
 * @param steady whether what is seen is up to date
 * @param log takes a line for each decision; must not wait
 * @param planes where data planes are served
 * @param monitoring a Prometheus that may be asked
 * @param reports asks pods for what they say of their own load
 * @param callers the others that are looked after, by namespace and name
 * @param version of this program
 */
record Surroundings(
        KubernetesClient client,
        Informers informers,
        PodUsage usage,
        Fence fence,
        Fence steps,
        Teller teller,
        Supplier<Optional<String>> blind,
        BooleanSupplier steady,
        Clock clock,
        Consumer<String> log,
        Optional<PlaneBoard> planes,
        Optional<Monitoring> monitoring,
        SelfReports reports,
        BiFunction<String, String, Optional<Managed>> callers,
        String version) {}
