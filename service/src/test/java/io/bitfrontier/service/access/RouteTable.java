package io.bitfrontier.service.access;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** What each route needs, as the code says it and as the documentation does. */
final class RouteTable {
    static final Path DOCUMENT = Path.of("../docs/reference/access.md");
    private static final Path CONTRACT = Path.of("../frontend-api/openapi/bitfrontier.yaml");
    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch");

    private RouteTable() {}

    /** A route of the service that a controller serves. */
    record Route(String method, String pattern, HandlerMethod handler) {
        String name() {
            return method + " " + pattern;
        }

        String row() {
            return RouteTable.row(name(), need());
        }

        Needs needs() {
            return Objects.requireNonNull(handler.getMethodAnnotation(Needs.class), name());
        }

        private String need() {
            if (pattern.startsWith("/api/v1/workers/{worker}/")) {
                return "the worker's own token";
            }
            if (pattern.startsWith("/api/v1/attempts/{attempt}/")) {
                return "the attempt's own token";
            }
            Needs needs = handler.getMethodAnnotation(Needs.class);
            return needs == null ? "NOTHING OPENS IT" : needs.value().label() + " " + where(needs);
        }

        private static String where(Needs needs) {
            return switch (needs.on()) {
                case ANY_PROJECT -> "on any project";
                case EVERY_PROJECT -> "on `*`";
                case PROJECT -> "on the project";
                case SWEEP -> "on the sweep's project";
                case RUN -> "on the run's projects";
            };
        }
    }

    static String row(String route, String need) {
        return "| `" + route + "` | " + need + " |";
    }

    static List<Route> routes(RequestMappingHandlerMapping mapping) {
        List<Route> routes = new ArrayList<>();
        for (Map.Entry<RequestMappingInfo, HandlerMethod> entry :
                mapping.getHandlerMethods().entrySet()) {
            for (String pattern : entry.getKey().getPatternValues()) {
                if (!pattern.equals("/error")) {
                    entry.getKey()
                            .getMethodsCondition()
                            .getMethods()
                            .forEach(method -> routes.add(new Route(method.name(), pattern, entry.getValue())));
                }
            }
        }
        return routes;
    }

    /** The rows that the documentation should have. */
    static Set<String> expected(RequestMappingHandlerMapping mapping, PathMappedEndpoints actuator) {
        Set<String> rows = new TreeSet<>();
        routes(mapping).forEach(route -> rows.add(route.row()));
        actuator.getAllPaths().forEach(path -> rows.add(row("GET " + path, "viewer on `*`")));
        rows.add(row("GET /actuator/health/liveness", "nothing"));
        rows.add(row("GET /actuator/health/readiness", "nothing"));
        return rows;
    }

    static Set<String> documented() {
        try {
            String text = Files.readString(DOCUMENT);
            String table = text.substring(text.indexOf("<!-- routes -->"), text.indexOf("<!-- /routes -->"));
            Set<String> rows = new TreeSet<>();
            table.lines().filter(line -> line.startsWith("| `")).forEach(rows::add);
            return rows;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Every operation of the contract as method and path, with its id. */
    static Map<String, String> contract() {
        JsonNode paths =
                YAMLMapper.builder().build().readTree(CONTRACT.toFile()).get("paths");
        Map<String, String> operations = new TreeMap<>();
        paths.properties().forEach(path -> path.getValue().properties().forEach(operation -> {
            if (METHODS.contains(operation.getKey())) {
                operations.put(
                        operation.getKey().toUpperCase(java.util.Locale.ROOT) + " " + path.getKey(),
                        operation.getValue().get("operationId").asString());
            }
        }));
        return operations;
    }
}
