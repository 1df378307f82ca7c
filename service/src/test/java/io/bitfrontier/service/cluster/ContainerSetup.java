package io.bitfrontier.service.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * What a container's process gets: command, variables, volumes. A container path is the process's path only where the volume is
 * mounted at its real place; elsewhere arguments and variables that begin with the mount path are given the real one instead.
 */
final class ContainerSetup {
    private final NodeConnection api;
    private final JsonNode pod;
    private final String namespace;
    private final Path directory;
    private final Map<String, Path> claims;

    /** @param claims the directories that stand for persistent volume claims, by name */
    ContainerSetup(NodeConnection api, JsonNode pod, Path directory, Map<String, Path> claims) {
        this.api = api;
        this.pod = pod;
        this.namespace = pod.get("metadata").get("namespace").asString();
        this.directory = directory;
        this.claims = claims;
    }

    /** What the pod refers to is not there; the message is the kubelet's. */
    static final class ConfigurationException extends Exception {
        private static final long serialVersionUID = 1;

        ConfigurationException(String message) {
            super(message);
        }
    }

    ProcessBuilder prepare(JsonNode container, Image.Program image) throws ConfigurationException, IOException {
        Map<String, Path> mounts = mounts(container);
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("HOSTNAME", pod.get("metadata").get("name").asString());
        for (JsonNode source : container.path("envFrom")) {
            entries(source).forEach(variables::put);
        }
        for (JsonNode variable : container.path("env")) {
            String value = variable.has("valueFrom")
                    ? valueFrom(variable.get("valueFrom"))
                    : expand(variable.path("value").asString(""), variables);
            variables.put(variable.get("name").asString(), value);
        }
        List<String> command = new ArrayList<>(strings(container.path("command"), variables));
        command.addAll(strings(container.path("args"), variables));
        command.replaceAll(word -> inPlace(word, mounts));
        if (!container.has("command")) {
            // It lies on this machine: no mount hides it.
            command.addAll(0, image.entryPoint());
        }

        ProcessBuilder builder = new ProcessBuilder(command);
        Map<String, String> environment = builder.environment();
        environment.keySet().retainAll(List.of("PATH"));
        environment.putAll(image.environment());
        variables.forEach((name, value) -> environment.put(name, inPlace(value, mounts)));
        Files.createDirectories(directory.resolve("work"));
        builder.directory(directory.resolve("work").toFile());
        return builder;
    }

    private static List<String> strings(JsonNode array, Map<String, String> variables) {
        List<String> words = new ArrayList<>();
        array.forEach(word -> words.add(expand(word.asString(), variables)));
        return words;
    }

    /** Kubernetes' own {@code $(NAME)}; unknown names stay. */
    private static String expand(String text, Map<String, String> variables) {
        String expanded = text;
        for (Map.Entry<String, String> variable : variables.entrySet()) {
            expanded = expanded.replace("$(" + variable.getKey() + ")", variable.getValue());
        }
        return expanded;
    }

    private static String inPlace(String text, Map<String, Path> mounts) {
        for (Map.Entry<String, Path> mount : mounts.entrySet()) {
            if (text.equals(mount.getKey()) || text.startsWith(mount.getKey() + "/")) {
                return mount.getValue() + text.substring(mount.getKey().length());
            }
        }
        return text;
    }

    /** Real directories by mount path, the longest first. */
    private Map<String, Path> mounts(JsonNode container) throws ConfigurationException, IOException {
        List<JsonNode> sorted = new ArrayList<>();
        container.path("volumeMounts").forEach(sorted::add);
        sorted.sort(Comparator.comparingInt(
                (JsonNode mount) -> -mount.get("mountPath").asString().length()));
        Map<String, Path> mounts = new LinkedHashMap<>();
        for (JsonNode mount : sorted) {
            Path volume = volume(mount.get("name").asString());
            mounts.put(
                    mount.get("mountPath").asString(),
                    Files.createDirectories(volume.resolve(mount.path("subPath").asString(""))));
        }
        return mounts;
    }

    private Path volume(String name) throws ConfigurationException, IOException {
        for (JsonNode volume : pod.get("spec").path("volumes")) {
            if (volume.get("name").asString().equals(name)) {
                return directoryOf(volume, name);
            }
        }
        throw new ConfigurationException("no volume " + name);
    }

    private Path directoryOf(JsonNode volume, String name) throws ConfigurationException, IOException {
        if (volume.has("persistentVolumeClaim")) {
            String claim = volume.get("persistentVolumeClaim").get("claimName").asString();
            Path place = claims.get(claim);
            if (place == null) {
                throw new ConfigurationException("persistentvolumeclaim \"" + claim + "\" not found");
            }
            return Files.createDirectories(place);
        }
        Path place = Files.createDirectories(directory.resolve("volumes").resolve(name));
        for (String kind : List.of("secret", "configMap")) {
            if (volume.has(kind)) {
                String source = volume.get(kind)
                        .path("secret".equals(kind) ? "secretName" : "name")
                        .asString();
                for (Map.Entry<String, String> file : data(kind, source, false).entrySet()) {
                    Files.writeString(place.resolve(file.getKey()), file.getValue());
                }
            }
        }
        return place;
    }

    private Map<String, String> entries(JsonNode source) throws ConfigurationException {
        String kind = source.has("secretRef") ? "secret" : "configMap";
        JsonNode reference = source.get(kind + "Ref");
        String prefix = source.path("prefix").asString("");
        Map<String, String> entries = new LinkedHashMap<>();
        data(kind, reference.get("name").asString(), reference.path("optional").asBoolean(false))
                .forEach((key, value) -> entries.put(prefix + key, value));
        return entries;
    }

    private String valueFrom(JsonNode source) throws ConfigurationException {
        if (source.has("fieldRef")) {
            return field(source.get("fieldRef").get("fieldPath").asString());
        }
        String kind = source.has("secretKeyRef") ? "secret" : "configMap";
        JsonNode reference = source.get(kind + "KeyRef");
        String name = reference.get("name").asString();
        String key = reference.get("key").asString();
        String value = data(kind, name, false).get(key);
        if (value == null) {
            throw new ConfigurationException("couldn't find key " + key + " in " + kind + " " + namespace + "/" + name);
        }
        return value;
    }

    private String field(String path) {
        return switch (path) {
            case "status.podIP", "status.hostIP" -> "127.0.0.1";
            default -> pod.at("/" + path.replace('.', '/')).asString("");
        };
    }

    private Map<String, String> data(String kind, String name, boolean optional) throws ConfigurationException {
        boolean secret = kind.equals("secret");
        Optional<JsonNode> object =
                api.find("/api/v1/namespaces/" + namespace + (secret ? "/secrets/" : "/configmaps/") + name);
        if (object.isEmpty() && !optional) {
            throw new ConfigurationException(kind.toLowerCase(Locale.ROOT) + " \"" + name + "\" not found");
        }
        Map<String, String> data = new LinkedHashMap<>();
        object.ifPresent(found -> found.path("data").properties().forEach(entry -> {
            String value = entry.getValue().asString();
            data.put(
                    entry.getKey(),
                    secret ? new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8) : value);
        }));
        return data;
    }
}
