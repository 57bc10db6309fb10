#!/bin/sh
# Prints the home of a JDK 25 or later; or explains how to get one, and exits with 2.
#   bin/find-jdk.sh          a JDK, with a compiler
#   bin/find-jdk.sh runtime  enough to run a program that is already built
set -u
want=25
need=${1:-compiler}

# The major version that a Java home states about itself, from its release file or else by asking.
major_of() {
    version=
    if [ -r "$1/release" ]; then
        version=$(sed -n 's/^JAVA_VERSION="\([^"]*\)".*/\1/p' "$1/release" | head -n 1)
    fi
    if [ -z "$version" ]; then
        version=$("$1/bin/java" -version 2>&1 | sed -n 's/.*version "\([^"]*\)".*/\1/p' | head -n 1)
    fi
    printf '%s\n' "$version" | sed 's/^1\.//; s/[^0-9].*//'
}

# Prints the home and ends the search if what stands there will do.
consider() {
    [ -x "$1/bin/java" ] || return 0
    [ "$need" = runtime ] || [ -x "$1/bin/javac" ] || return 0
    major=$(major_of "$1")
    if [ -n "$major" ] && [ "$major" -ge "$want" ]; then
        printf '%s\n' "$1"
        exit 0
    fi
}

[ -n "${JAVA_HOME:-}" ] && consider "$JAVA_HOME"

if found=$(command -v java 2>/dev/null); then
    # /usr/bin/java is a chain of links, and its end tells where the home is.
    hops=0
    while [ -L "$found" ] && [ "$hops" -lt 40 ]; do
        link=$(readlink "$found")
        case $link in
            /*) found=$link ;;
            *) found=$(dirname "$found")/$link ;;
        esac
        hops=$((hops + 1))
    done
    home=$(cd "$(dirname "$found")/.." 2>/dev/null && pwd -P) && consider "$home"
fi

for home in /usr/lib/jvm/* /opt/* "${HOME:-/nonexistent}"/.sdkman/candidates/java/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    consider "$home"
done

cat >&2 <<MESSAGE
ebb: no JDK $want or later found (looked at JAVA_HOME, PATH, /usr/lib/jvm, /opt, SDKMAN and
/Library/Java/JavaVirtualMachines). Any one of these gives one:
  Debian, Ubuntu   apt-get install openjdk-$want-jdk-headless
  Temurin          https://adoptium.net/temurin/releases/?version=$want
  SDKMAN           sdk list java, then: sdk install java <a version $want from the list>
If it stands elsewhere, say so: JAVA_HOME=/path/to/jdk ebb ...
MESSAGE
exit 2
