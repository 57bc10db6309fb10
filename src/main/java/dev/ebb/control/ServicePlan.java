package dev.ebb.control;

import dev.ebb.balance.BalancePolicy;
import dev.ebb.core.Policy;
import dev.ebb.core.ServiceName;

/** What control needs to know of one service. */
public record ServicePlan(ServiceName name, Policy policy, BalancePolicy balance) {}
