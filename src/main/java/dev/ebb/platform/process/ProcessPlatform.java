package dev.ebb.platform.process;

import dev.ebb.control.LaunchIntent;
import dev.ebb.control.Platform;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Liveness;
import dev.ebb.core.Now;
import dev.ebb.core.ServiceName;
import dev.ebb.platform.process.LaunchSettings.LogLimits;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Instances as local processes, on Linux. Each runs in a session of its own, with its output in a
 * file, and lives on when Ebb ends; {@link Spawner} says why no crash of Ebb orphans or doubles
 * one, {@link Endings} how one is stopped. The port's methods are for the control thread; {@link
 * #leaderPid} and {@link #rotateLogs} may be called by others.
 */
public final class ProcessPlatform implements Platform, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ProcessPlatform.class);
    private static final int TOKEN_BYTES = 16;

    /** What a crashed instance leaves behind has this long to end by itself. */
    private static final Duration REMAINS_GRACE = Duration.ofSeconds(5);

    private final Map<ServiceName, LaunchSettings> services;
    private final SecureRandom random = new SecureRandom();
    private final Proc proc = new Proc();
    private final Host host;
    private final RunFiles runFiles;
    private final LogRotation rotation;
    private final Spawner spawner;
    private final Endings endings;
    private final Map<InstanceId, Tracked> instances = new ConcurrentHashMap<>();
    private final Map<InstanceId, Integer> ports = new ConcurrentHashMap<>();

    /** Says why this machine cannot run local instances, and what to do; empty when it can. */
    public static Optional<String> problem() {
        return check() instanceof Host.Checked.Unfit(String why)
                ? Optional.of(why)
                : Optional.empty();
    }

    /**
     * @param stateDirectory where output and run files go; created when something is written
     * @throws IllegalStateException where {@link #problem} has something to say
     */
    public ProcessPlatform(Map<ServiceName, LaunchSettings> services, Path stateDirectory) {
        this.services = Map.copyOf(services);
        this.host =
                switch (check()) {
                    case Host.Checked.Fit(Host fit) -> fit;
                    case Host.Checked.Unfit(String why) -> throw new IllegalStateException(why);
                };
        Path state = stateDirectory.toAbsolutePath().normalize();
        var logs = new LogFiles(state);
        this.runFiles = new RunFiles(state);
        this.rotation = new LogRotation(logs);
        this.spawner = new Spawner(host, proc, runFiles, logs);
        this.endings = new Endings(proc, host.bootId(), this::nothingLeft);
    }

    @Override
    public Planned plan(InstanceId id, Now now) {
        LaunchSettings settings = services.get(id.service());
        if (settings == null) {
            return new Planned.Impossible("nothing says how to start " + id.service());
        }
        var range = settings.ports().orElse(FreePorts.DEFAULT);
        OptionalInt port = FreePorts.find(range, new HashSet<>(ports.values()), random);
        if (port.isEmpty()) {
            return new Planned.Impossible(
                    "no port from " + range.low() + " to " + range.high() + " is free for " + id);
        }
        ports.put(id, port.getAsInt());
        var token = new byte[TOKEN_BYTES];
        random.nextBytes(token);
        return new Planned.Ready(
                new LaunchIntent(
                        id,
                        HexFormat.of().formatHex(token),
                        settings.host(),
                        port.getAsInt(),
                        now.wallMillis(),
                        Optional.of(settings.recipe())));
    }

    @Override
    public Optional<String> recipe(ServiceName service) {
        return Optional.ofNullable(services.get(service)).map(LaunchSettings::recipe);
    }

    @Override
    public Started start(LaunchIntent intent) {
        LaunchSettings settings = services.get(intent.id().service());
        Spawner.Spawned spawned =
                settings == null
                        ? new Spawner.Spawned.Failed(
                                "nothing says how to start " + intent.id().service())
                        : spawner.spawn(intent, settings);
        ports.put(intent.id(), intent.port());
        return switch (spawned) {
            case Spawner.Spawned.Alive(Process process, Identity identity) -> {
                instances.put(intent.id(), Tracked.started(intent.token(), identity, process));
                yield new Started.Running(identity.toString());
            }
            case Spawner.Spawned.Failed(String why) -> {
                instances.put(intent.id(), Tracked.notStarted(intent.token(), why));
                yield new Started.Failed(why);
            }
        };
    }

    @Override
    public void stop(InstanceId id, Duration grace) {
        Tracked tracked = instances.get(id);
        if (tracked != null && tracked.identity().isPresent()) {
            endings.begin(target(id, tracked), grace);
        }
    }

    @Override
    public Map<InstanceId, Liveness> look() {
        long nowTicks = proc.uptimeTicks();
        var seen = new HashMap<InstanceId, Liveness>();
        instances.forEach((id, tracked) -> {
            Liveness liveness = tracked.look(proc, host.bootId(), nowTicks);
            seen.put(id, liveness);
            if (liveness instanceof Liveness.Exited && tracked.takeRemains()) {
                endings.begin(target(id, tracked), REMAINS_GRACE);
            }
        });
        return seen;
    }

    @Override
    public Map<InstanceId, String> adopt(Collection<Known> known) {
        var adoption = new Adoption(proc, host.bootId(), runFiles);
        var adopted = new HashMap<InstanceId, String>();
        var wanted = new HashSet<InstanceId>();
        for (Known one : known) {
            LaunchIntent intent = one.intent();
            wanted.add(intent.id());
            Optional<Identity> leader = adoption.find(one);
            if (leader.isPresent()) {
                adopted.put(intent.id(), leader.get().toString());
                ports.put(intent.id(), intent.port());
                instances.put(intent.id(), Tracked.adopted(intent.token(), leader.get()));
                runFiles.write(new RunFiles.Entry(intent.id(), intent.token(), leader.get()));
            } else {
                var last = adoption.recorded(one).stream().findFirst();
                endings.begin(
                        new Ending.Target(intent.id(), intent.token(), last, 0), REMAINS_GRACE);
            }
        }
        endRemainsOfOthers(wanted);
        return adopted;
    }

    /** Instances that the journal no longer has: their remains are ended, a live one is not. */
    private void endRemainsOfOthers(Set<InstanceId> wanted) {
        for (RunFiles.Entry entry : runFiles.all()) {
            if (wanted.contains(entry.id())) {
                continue;
            }
            if (proc.match(entry.identity(), host.bootId(), entry.token()) == Proc.Match.ENDED) {
                endings.begin(
                        new Ending.Target(
                                entry.id(), entry.token(), Optional.of(entry.identity()), 0),
                        REMAINS_GRACE);
            } else {
                LOG.warn(
                        "{} still runs (pid {}), but the journal does not know it; it is left"
                                + " alone. To stop it: kill -- -{}",
                        entry.id(),
                        entry.identity().pid(),
                        entry.identity().pid());
            }
        }
    }

    @Override
    public void forget(InstanceId id) {
        instances.remove(id);
        ports.remove(id);
        if (!endings.isEnding(id)) {
            runFiles.delete(id);
        }
    }

    /** The leader of an instance's session; empty once it is known to have ended. */
    public OptionalLong leaderPid(InstanceId id) {
        return Optional.ofNullable(instances.get(id))
                .filter(tracked -> !tracked.hasEnded())
                .flatMap(Tracked::identity)
                .map(identity -> OptionalLong.of(identity.pid()))
                .orElse(OptionalLong.empty());
    }

    /**
     * Keeps output within its limits; to be called every few seconds. Takes as long as it takes to
     * copy the files that are due, so better not on the control thread.
     */
    public void rotateLogs() {
        var limits = new HashMap<ServiceName, LogLimits>();
        services.forEach((name, settings) -> limits.put(name, settings.logs()));
        rotation.rotate(limits, Set.copyOf(instances.keySet()));
    }

    /** Whether every process of every instance that was to end has ended. */
    public boolean isQuiet() {
        return endings.isIdle();
    }

    /** Ends nothing: instances live on, and an ending under way stays where it is. */
    @Override
    public void close() {
        endings.close();
    }

    private void nothingLeft(InstanceId id) {
        if (!instances.containsKey(id)) {
            runFiles.delete(id);
        }
    }

    private static Ending.Target target(InstanceId id, Tracked tracked) {
        return new Ending.Target(id, tracked.token(), tracked.identity(), tracked.livedAtTicks());
    }

    private static Host.Checked check() {
        return Host.check(new Proc(), Optional.ofNullable(System.getenv("PATH")).orElse(""));
    }
}
