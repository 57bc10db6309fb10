#!/bin/sh
# Runs one instance of the demo's hello service:
#   examples/hello.sh --port 9000 [--name TEXT] [--cpu-ms X] [--wait-ms N]
# ./ebb has built it before; nothing else is needed but the JDK that ./ebb runs on.
set -u
home=$(cd "$(dirname "$0")/.." && pwd -P) || exit 2
jar=$home/target/ebb.jar
[ -f "$jar" ] || jar=$home/lib/ebb.jar
[ -f "$jar" ] || {
    echo "hello: not built yet; run $home/ebb version" >&2
    exit 2
}
jdk=$("$home/bin/find-jdk.sh" runtime) || exit 2

# Small and quick to start: 32 MiB of heap, one compiler, one collector thread.
exec "$jdk/bin/java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto -XX:-UsePerfData \
    -Xms16m -Xmx32m -Xss256k -cp "$jar" dev.ebb.demo.HelloService "$@"
