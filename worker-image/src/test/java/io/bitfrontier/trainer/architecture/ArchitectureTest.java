package io.bitfrontier.trainer.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final String ROOT = "io.bitfrontier.trainer";
    private static final String PLANTED_ROOT = "io.bitfrontier.planted";
    private static final JavaClasses TRAINER = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ROOT);
    private static final JavaClasses PLANTED = new ClassFileImporter().importPackages(PLANTED_ROOT);

    @Test
    void theTrainerKnowsNeitherSpringNorKubernetes() {
        knowsNoServerFramework().check(TRAINER);

        assertThat(reported(knowsNoServerFramework())).contains("planted.model.KnowsSpring");
    }

    @Test
    void onlyTheReportSpeaksHttp() {
        onlyTheReportSpeaksHttp(ROOT).check(TRAINER);

        assertThat(reported(onlyTheReportSpeaksHttp(PLANTED_ROOT)))
                .contains("planted.model.SpeaksHttp")
                .doesNotContain("planted.report.MaySpeakHttp");
    }

    @Test
    void onlyTheEntranceReadsTheEnvironment() {
        onlyTheEntranceReadsTheEnvironment(ROOT).check(TRAINER);

        assertThat(reported(onlyTheEntranceReadsTheEnvironment(PLANTED_ROOT)))
                .contains("planted.model.ReadsTheEnvironment");
    }

    @Test
    void packagesUseOnlyWhatTheTableAllows() throws IOException {
        Map<String, Set<String>> table = table();
        assertThat(table).containsKeys("quant", "model", "train", "report");

        usesOnlyWhatIsAllowed(ROOT, table).check(TRAINER);

        assertThat(reported(usesOnlyWhatIsAllowed(PLANTED_ROOT, table)))
                .contains("model may not use report")
                .contains("lonely has no row");
    }

    @Test
    void everyPackageIsNullMarked() {
        nullMarked().check(TRAINER);

        assertThat(reported(nullMarked())).contains("planted.lonely is not @NullMarked");
    }

    private static ArchRule knowsNoServerFramework() {
        return noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.springframework..", "jakarta..", "io.kubernetes..", "io.fabric8..", "java.sql..");
    }

    private static ArchRule onlyTheReportSpeaksHttp(String root) {
        return noClasses()
                .that()
                .resideOutsideOfPackage(root + ".report..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.net.http..");
    }

    private static ArchRule onlyTheEntranceReadsTheEnvironment(String root) {
        return noClasses()
                .that()
                .resideOutsideOfPackage(root)
                .should()
                .callMethod(System.class, "getenv")
                .orShould()
                .callMethod(System.class, "getenv", String.class);
    }

    private static ArchRule usesOnlyWhatIsAllowed(String root, Map<String, Set<String>> table) {
        return classes().should(new ArchCondition<>("use only the packages in the row of their own") {
            @Override
            public void check(JavaClass item, ConditionEvents events) {
                String from = room(root, item);
                if (from != null && !table.containsKey(from)) {
                    events.add(SimpleConditionEvent.violated(item, from + " has no row: " + item.getName()));
                }
                for (Dependency dependency : item.getDirectDependenciesFromSelf()) {
                    String to = room(root, dependency.getTargetClass());
                    if (from != null
                            && to != null
                            && !from.equals(to)
                            && !table.getOrDefault(from, Set.of()).contains(to)) {
                        events.add(SimpleConditionEvent.violated(
                                item, from + " may not use " + to + ": " + dependency.getDescription()));
                    }
                }
            }
        });
    }

    private static ArchRule nullMarked() {
        return classes().should(new ArchCondition<>("be in a package that is @NullMarked") {
            @Override
            public void check(JavaClass item, ConditionEvents events) {
                if (!item.getPackage().isAnnotatedWith(NullMarked.class)) {
                    events.add(SimpleConditionEvent.violated(item, item.getPackageName() + " is not @NullMarked"));
                }
            }
        });
    }

    /** The package below the root; null for the root itself, which puts everything together, and for strangers. */
    private static @Nullable String room(String root, JavaClass type) {
        String name = type.getBaseComponentType().getPackageName();
        if (!name.startsWith(root + ".")) {
            return null;
        }
        String below = name.substring(root.length() + 1);
        int dot = below.indexOf('.');
        return dot < 0 ? below : below.substring(0, dot);
    }

    /** The table in the documentation: there is no second list that could differ from it. */
    private static Map<String, Set<String>> table() throws IOException {
        String text = Files.readString(Path.of("../docs/explanation/architecture.md"));
        String table = text.substring(
                text.indexOf("<!-- trainer-dependencies -->"), text.indexOf("<!-- /trainer-dependencies -->"));
        Pattern name = Pattern.compile("`([a-z]+)`");
        Map<String, Set<String>> allowed = new LinkedHashMap<>();
        for (String line : table.lines().toList()) {
            String[] cells = line.split("\\|", -1);
            Matcher room = name.matcher(cells.length < 5 ? "" : cells[1]);
            if (room.find()) {
                Set<String> uses = new HashSet<>();
                name.matcher(cells[3]).results().forEach(use -> uses.add(use.group(1)));
                allowed.put(room.group(1), uses);
            }
        }
        return allowed;
    }

    private static String reported(ArchRule rule) {
        return String.join("\n", rule.evaluate(PLANTED).getFailureReport().getDetails());
    }
}
