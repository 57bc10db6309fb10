package dev.ebb.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The rules of the house, for any root package, so that they can be held against code that breaks
 * them on purpose as well as against the real code.
 */
final class Rooms {
    private static final Set<String> INNER = Set.of("control", "balance", "core");

    /** Which rooms each room may import, besides itself. */
    private static final Map<String, Set<String>> MAY_IMPORT = new LinkedHashMap<>();

    static {
        MAY_IMPORT.put("core", Set.of());
        MAY_IMPORT.put("balance", Set.of("core"));
        MAY_IMPORT.put("control", Set.of("balance", "core"));
        for (String outer :
                List.of(
                        "observe",
                        "gateway",
                        "journal",
                        "platform",
                        "config",
                        "console",
                        "demo",
                        "sim",
                        "xds")) {
            MAY_IMPORT.put(outer, INNER);
        }
        MAY_IMPORT.put("pki", Set.of());
        for (String user : List.of("gateway", "config", "xds")) {
            MAY_IMPORT.put(user, Set.of("control", "balance", "core", "pki"));
        }
    }

    /** Where a library may appear; everywhere else it may not. */
    private static final Map<String, Set<String>> AT_HOME =
            Map.of(
                    "io.netty..", Set.of("gateway", "console"),
                    "io.fabric8..", Set.of("platform.kubernetes"),
                    "io.grpc..", Set.of("xds"),
                    "io.envoyproxy..", Set.of("xds"),
                    "com.google.protobuf..", Set.of("xds"),
                    "picocli..", Set.of("cli"));

    private static final Set<String> CLOCKS_AND_CHANCE =
            Set.of(
                    "java.lang.System.nanoTime",
                    "java.lang.System.currentTimeMillis",
                    "java.time.Instant.now",
                    "java.time.LocalDateTime.now",
                    "java.time.LocalDate.now",
                    "java.time.ZonedDateTime.now",
                    "java.time.Clock.systemUTC",
                    "java.lang.Math.random",
                    "java.util.UUID.randomUUID");

    private final String root;

    Rooms(String root) {
        this.root = root;
    }

    /** All rules by name. */
    Map<String, ArchRule> rules() {
        Map<String, ArchRule> rules = new LinkedHashMap<>();
        MAY_IMPORT.forEach((room, others) ->
                rules.put(room + " imports inwards only", direction(room, others)));
        AT_HOME.forEach(
                (library, rooms) -> rules.put(library + " stays at home", home(library, rooms)));
        for (String pure : List.of("core", "balance")) {
            rules.put(pure + " has no clock and no chance of its own", noClock(pure));
            rules.put(pure + " has no threads, I/O or logging", noOutsideWorld(pure));
        }
        rules.put("core imports java.base and JSpecify only", plain());
        return rules;
    }

    private ArchRule direction(String room, Set<String> allowed) {
        List<String> packages = new ArrayList<>();
        packages.add(in(room));
        allowed.forEach(other -> packages.add(in(other)));
        DescribedPredicate<JavaClass> foreign =
                resideInAnyPackage(root + "..")
                        .and(
                                DescribedPredicate.not(
                                        resideInAnyPackage(packages.toArray(String[]::new))));
        return noClasses()
                .that()
                .resideInAPackage(in(room))
                .should()
                .dependOnClassesThat(foreign.as("are in rooms other than " + allowed))
                .allowEmptyShould(true);
    }

    private ArchRule home(String library, Set<String> rooms) {
        return noClasses()
                .that()
                .resideInAPackage(root + "..")
                .and()
                .resideOutsideOfPackages(rooms.stream().map(this::in).toArray(String[]::new))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library)
                .allowEmptyShould(true);
    }

    private ArchRule noClock(String room) {
        DescribedPredicate<JavaAccess<?>> impure =
                new DescribedPredicate<>("a clock or randomness of its own") {
                    @Override
                    public boolean test(JavaAccess<?> access) {
                        String owner = access.getTargetOwner().getName();
                        return CLOCKS_AND_CHANCE.contains(owner + "." + access.getName())
                                || Set.of(
                                                "java.util.Random",
                                                "java.util.SplittableRandom",
                                                "java.security.SecureRandom",
                                                "java.util.concurrent.ThreadLocalRandom")
                                        .contains(owner);
                    }
                };
        return noClasses()
                .that()
                .resideInAPackage(in(room))
                .should()
                .accessTargetWhere(impure)
                .allowEmptyShould(true);
    }

    private ArchRule noOutsideWorld(String room) {
        DescribedPredicate<JavaClass> outside =
                resideInAnyPackage(
                                "java.io..",
                                "java.net..",
                                "java.nio..",
                                "java.util.concurrent",
                                "java.util.concurrent.locks..",
                                "java.util.logging..",
                                "org.slf4j..")
                        .or(
                                DescribedPredicate.describe(
                                        "threads and processes",
                                        c ->
                                                Set.of(
                                                                "java.lang.Thread",
                                                                "java.lang.Runtime",
                                                                "java.lang.ProcessBuilder",
                                                                "java.util.Timer")
                                                        .contains(c.getName())));
        return noClasses()
                .that()
                .resideInAPackage(in(room))
                .should()
                .dependOnClassesThat(outside)
                .allowEmptyShould(true);
    }

    private ArchRule plain() {
        return classes()
                .that()
                .resideInAPackage(in("core"))
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(in("core"), "java..", "org.jspecify..")
                .allowEmptyShould(true);
    }

    private String in(String room) {
        return root + "." + room + "..";
    }
}
