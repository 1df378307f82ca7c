package io.bitfrontier.service.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;

class SettingsDocumentTest {
    private static final Pattern ROW = Pattern.compile("\\| `([a-z.-]+)` \\| (?:`([^`]*)`)?");

    @Test
    void theReferenceNamesEverySettingWithItsDefault() throws IOException {
        Map<String, String> documented = new TreeMap<>();
        String text = Files.readString(RouteTable.DOCUMENT);
        Matcher row =
                ROW.matcher(text.substring(text.indexOf("<!-- settings -->"), text.indexOf("<!-- /settings -->")));
        while (row.find()) {
            documented.put(row.group(1), row.group(2) == null ? "" : row.group(2));
        }
        Map<String, String> declared = new TreeMap<>();
        collect(AccessSettings.class, "bitfrontier.access", declared);

        assertThat(documented).isEqualTo(declared);
        assertThat(declared).containsKey("bitfrontier.access.oidc.issuer-uri");
    }

    private static void collect(Class<?> settings, String prefix, Map<String, String> found) throws IOException {
        for (RecordComponent component : settings.getRecordComponents()) {
            String name = prefix + "." + kebab(component.getName());
            if (component.getType().isRecord()) {
                collect(component.getType(), name, found);
            } else {
                found.put(name, defaultOf(settings, component));
            }
        }
    }

    private static String kebab(String name) {
        String kebab = name.replaceAll("([A-Z])", "-$1").toLowerCase(java.util.Locale.ROOT);
        return ConfigurationPropertyName.of(kebab).toString();
    }

    /** The annotation is the constructor parameter's: it is none for components. */
    private static String defaultOf(Class<?> settings, RecordComponent component) {
        return Arrays.stream(settings.getDeclaredConstructors())
                .flatMap(constructor -> Arrays.stream(constructor.getParameters()))
                .filter(parameter -> parameter.getName().equals(component.getName()))
                .map(parameter -> parameter.getAnnotation(DefaultValue.class))
                .filter(annotation -> annotation != null)
                .map(annotation -> String.join(",", annotation.value()))
                .findFirst()
                .orElse("");
    }
}
