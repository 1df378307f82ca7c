package io.bitfrontier.service.access;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BinaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Roles by project.
 *
 * @param roles by the project's name, or {@link #EVERY_PROJECT}
 */
public record Grants(Map<String, Role> roles) {
    /** Stands for every project, those to come included. */
    public static final String EVERY_PROJECT = "*";

    public static final Grants NONE = new Grants(Map.of());
    public static final Grants ALL = new Grants(Map.of(EVERY_PROJECT, Role.OPERATOR));

    public Grants {
        roles = Collections.unmodifiableMap(new TreeMap<>(roles));
    }

    /**
     * Reads {@code default=researcher, vision=viewer} or {@code *=operator}.
     *
     * @throws IllegalArgumentException naming the part that cannot be meant
     */
    static Grants parse(String text) {
        Map<String, Role> roles = new TreeMap<>();
        for (String part : text.split(",", -1)) {
            String[] sides = part.strip().split("=", -1);
            Optional<Role> role = sides.length == 2 ? Role.of(sides[1].strip()) : Optional.empty();
            if (role.isEmpty() || sides[0].isBlank()) {
                throw new IllegalArgumentException("'" + part.strip()
                        + "' is not a grant such as default=viewer, default=researcher or *=operator");
            }
            roles.merge(sides[0].strip(), role.get(), BinaryOperator.maxBy(Role::compareTo));
        }
        return new Grants(roles);
    }

    /** The higher role of each project. */
    Grants and(Grants other) {
        Map<String, Role> both = new TreeMap<>(roles);
        other.roles.forEach((project, role) -> both.merge(project, role, BinaryOperator.maxBy(Role::compareTo)));
        return new Grants(both);
    }

    /** The role on one project. */
    public Optional<Role> on(String project) {
        return Stream.of(project, EVERY_PROJECT)
                .map(key -> Optional.ofNullable(roles.get(key)))
                .flatMap(Optional::stream)
                .max(Role::compareTo);
    }

    public boolean has(Role role, String project) {
        return on(project).filter(held -> held.includes(role)).isPresent();
    }

    public boolean everywhere(Role role) {
        return has(role, EVERY_PROJECT);
    }

    public boolean anywhere(Role role) {
        return roles.values().stream().anyMatch(held -> held.includes(role));
    }

    /** The projects named with at least this role; says nothing of a role on every project. */
    public Set<String> named(Role role) {
        return roles.entrySet().stream()
                .filter(grant -> !grant.getKey().equals(EVERY_PROJECT)
                        && grant.getValue().includes(role))
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** {@code default=researcher, *=viewer}. */
    @Override
    public String toString() {
        return roles.entrySet().stream()
                .map(grant -> grant.getKey() + "=" + grant.getValue().label())
                .collect(Collectors.joining(", "));
    }
}
