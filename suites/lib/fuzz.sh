#!/bin/sh
# Fuzzing with Jazzer, guided by coverage: fuzz.sh [SECONDS [TARGET ...]], 60 s for each of them all.
# It begins with the kept inputs; KEEP=1 adds those that reach something new to them.
set -eu
cd "$(dirname "$0")/../.."
home=$PWD
seconds=${1:-60}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- request response body hpack http1 http2
JAVA_HOME=$(bin/find-jdk.sh)
export JAVA_HOME
# One target talks to a gateway over sockets, which Jazzer would take for an attack.
export JAZZER_SSRF_PERMISSIVE_UNTIL_CONFIGURED=true
work=$home/target/fuzz
mkdir -p "$work"
mvn -q -B -ntp -Dfast -Dmaven.test.skip=false -Pfuzz test-compile dependency:build-classpath \
    -Dmdep.outputFile="$work/classpath" -Dmdep.includeScope=test -Debb.werror=false \
    -Debb.build.dir="$work/build" >"$work/build.log" 2>&1 || { tail -20 "$work/build.log"; exit 1; }
classes=$work/build/test-classes:$work/build/classes
path=$classes:$(cat "$work/classpath")

run() {
    "$JAVA_HOME/bin/java" -Xmx512m -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED \
        --sun-misc-unsafe-memory-access=allow -cp "$path" "$@"
}

failed=0
for target; do
    case $target in
    request) class=RequestHeadFuzz ;;
    response) class=ResponseHeadFuzz ;;
    body) class=BodyFuzz ;;
    hpack) class=http2.HpackFuzz ;;
    http1) class=Http1ConnectionFuzz ;;
    http2) class=http2.ConnectionFuzz ;;
    *) echo "no such target: $target"; exit 2 ;;
    esac
    kept=$home/src/test/resources/dev/ebb/gateway/fuzz/$target.txt
    corpus=$work/$target
    rm -rf "$corpus"
    run dev.ebb.gateway.FuzzCorpus unpack "$kept" "$corpus"
    echo "$target: $(find "$corpus" -type f | wc -l) kept inputs, searching for $seconds s"
    jazzer="com.code_intelligence.jazzer.Jazzer --target_class=dev.ebb.gateway.$class
        --instrumentation_includes=dev.ebb.gateway.** --custom_hook_excludes=** --disabled_hooks=.*"
    if (cd "$corpus" && run $jazzer -max_total_time="$seconds" -max_len=2000 \
            -artifact_prefix="$work/" "$corpus") >"$work/$target.log" 2>&1; then
        grep -E '^#[0-9]+.*DONE' "$work/$target.log" || tail -3 "$work/$target.log"
    else
        failed=1
        echo "FAILED $target: $work/$target.log"
        grep -A6 'Java Exception' "$work/$target.log" || tail -20 "$work/$target.log"
    fi
    if [ "${KEEP:-}" = 1 ]; then
        run dev.ebb.gateway.FuzzCorpus pack "$kept" "$corpus"
        echo "$target: $(wc -l <"$kept") inputs kept"
    fi
done
exit $failed
