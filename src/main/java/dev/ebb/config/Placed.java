package dev.ebb.config;

/** Something that was read, and where it stands, for what can only be checked later. */
record Placed<T>(Place place, T value) {}
