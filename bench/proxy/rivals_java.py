"""Vert.x http-proxy and Spring Cloud Gateway: small programs in bench/rivals/."""
import glob, os, re

from machine import ROOT, java


def rival(kind, name, title, main, library):
    home = os.path.join(ROOT, "bench", "rivals", name, "target")
    jar = os.path.join(home, "rival.jar")
    found = glob.glob(os.path.join(home, "lib", library + "-*.jar"))
    version = re.search(r"-(\d[^-]*)\.jar$", found[0]).group(1) if found else ""
    missing = "" if os.path.exists(jar) and found else "not built; bench/proxy/install does that"

    def command(place):
        return java("-cp", f"{jar}:{home}/lib/*", main, str(place.threads), str(place.plain),
                    str(place.tls), place.certificate, place.key, *map(str, place.instances))

    made = kind(name, command, f"{title} {version}", missing)
    made.judged = False
    return made


def vertx(kind):
    return rival(kind, "vertx", "Vert.x http-proxy", "dev.ebb.bench.vertx.VertxProxy",
                 "vertx-http-proxy")


def spring(kind):
    return rival(kind, "spring", "Spring Cloud Gateway", "dev.ebb.bench.spring.SpringGateway",
                 "spring-cloud-gateway-server-webflux")
