import io.grpc.LoadBalancerProvider;
import io.grpc.LoadBalancerRegistry;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs cases of gRPC's own interop client one after the other in one process, which saves a JVM
 * start for each: its `main` ends the process after one case, so its steps are called instead. Each
 * case has a channel of its own, as it would have alone.
 *
 * <p>usage: java GrpcInterop SECONDS CASE[,CASE...] --server_port=... (the client's own options);
 * one line for each case: `ok CASE MILLIS`, or `FAILED CASE MILLIS REASON`.
 */
public final class GrpcInterop {
    private static final String PACKAGE = "io.grpc.testing.integration.";
    private static final String CLIENT = PACKAGE + "TestServiceClient";

    private GrpcInterop() {}

    public static void main(String[] args) throws Exception {
        registerBalancer();
        long seconds = Long.parseLong(args[0]);
        List<String> options = Arrays.asList(args).subList(2, args.length);
        try (var pool = Executors.newCachedThreadPool(GrpcInterop::daemon)) {
            for (String name : args[1].split(",")) {
                long began = System.nanoTime();
                var run = pool.submit(() -> one(name, options));
                String outcome = "ok " + name;
                String why = "";
                try {
                    run.get(seconds, TimeUnit.SECONDS);
                } catch (TimeoutException e) {
                    outcome = "FAILED " + name;
                    why = "no end within " + seconds + " s";
                } catch (ExecutionException e) {
                    outcome = "FAILED " + name;
                    why = innermost(e);
                }
                long millis = (System.nanoTime() - began) / 1_000_000;
                System.out.println((outcome + " " + millis + " " + why).strip());
                System.out.flush();
            }
            System.exit(0);
        }
    }

    /** The client's own `main` makes it known; the cases about backend metrics ask for it. */
    private static void registerBalancer() throws ReflectiveOperationException {
        var type = Class.forName(PACKAGE + "CustomBackendMetricsLoadBalancerProvider");
        var constructor = type.getDeclaredConstructor();
        constructor.setAccessible(true);
        LoadBalancerRegistry.getDefaultRegistry()
                .register((LoadBalancerProvider) constructor.newInstance());
    }

    private static Thread daemon(Runnable task) {
        return Thread.ofPlatform().daemon().unstarted(task);
    }

    private static Void one(String name, List<String> options) throws Exception {
        Class<?> type = Class.forName(CLIENT);
        Object client = type.getConstructor().newInstance();
        var words = new ArrayList<>(options);
        words.add("--test_case=" + name);
        call(client, "parseArgs", (Object) words.toArray(new String[0]));
        call(client, "setUp");
        try {
            call(client, "run");
        } finally {
            call(client, "tearDown");
        }
        return null;
    }

    private static void call(Object client, String name, Object... arguments) throws Exception {
        for (Method method : client.getClass().getDeclaredMethods()) {
            if (method.getName().equals(name)
                    && method.getParameterCount() == arguments.length) {
                method.setAccessible(true);
                method.invoke(client, arguments);
                return;
            }
        }
        throw new NoSuchMethodException(CLIENT + "." + name);
    }

    private static String innermost(Throwable error) {
        Throwable at = error;
        while (at.getCause() != null
                && (at instanceof ExecutionException
                        || at instanceof InvocationTargetException
                        || at.getClass() == RuntimeException.class)) {
            at = at.getCause();
        }
        String text = at.getClass().getSimpleName() + ": " + at.getMessage();
        String line = text.lines().map(String::strip).reduce((a, b) -> a + " " + b).orElse("");
        return line.length() > 300 ? line.substring(0, 300) : line;
    }
}
