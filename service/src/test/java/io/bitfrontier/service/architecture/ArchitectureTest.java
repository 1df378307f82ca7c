package io.bitfrontier.service.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import io.bitfrontier.service.BitfrontierService;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.springframework.modulith.core.ApplicationModules;
import org.springframework.modulith.core.Violations;

class ArchitectureTest {
    private static final String PLANTED_ROOT = "io.bitfrontier.planted";
    private static final DependencyTable TABLE =
            DependencyTable.in(Path.of("../docs/explanation/architecture.md"), "service-dependencies");
    private static final JavaClasses SERVICE = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.bitfrontier.service");
    private static final JavaClasses PLANTED = new ClassFileImporter().importPackages(PLANTED_ROOT);

    private final HouseRules house = new HouseRules("io.bitfrontier.service");
    private final HouseRules planted = new HouseRules(PLANTED_ROOT);

    @Test
    void featuresUseOnlyWhatTheTableAllows() {
        house.featuresUseOnlyWhatTheTableAllows(TABLE).check(SERVICE);

        assertThat(reported(planted.featuresUseOnlyWhatTheTableAllows(TABLE)))
                .contains("analysis may not use run")
                .contains("lonely has no row")
                .doesNotContain("sweep may not use");
    }

    @Test
    void everythingThatTheTableAllowsIsUsed() {
        Set<String> allowed = new TreeSet<>();
        TABLE.allowed().forEach((from, uses) -> {
            if (SERVICE.containPackage("io.bitfrontier.service." + from)) {
                uses.forEach(to -> allowed.add(from + " → " + to));
            }
        });

        assertThat(allowed).isNotEmpty().isEqualTo(house.uses(SERVICE));
        assertThat(planted.uses(PLANTED)).contains("analysis → run", "sweep → run");
    }

    @Test
    void theAnalysisIsPlainMathematics() {
        house.theAnalysisIsPlainMathematics().check(SERVICE);

        assertThat(reported(planted.theAnalysisIsPlainMathematics())).contains("planted.analysis.KnowsSpring");
    }

    @Test
    void thePlanIsPlainArithmetic() {
        house.thePlanIsPlainArithmetic().check(SERVICE);

        assertThat(reported(planted.thePlanIsPlainArithmetic())).contains("planted.plan.PlantedEntity");
    }

    @Test
    void onlyItsLauncherKnowsKubernetes() {
        house.onlyItsLauncherKnowsKubernetes().check(SERVICE);

        assertThat(reported(planted.onlyItsLauncherKnowsKubernetes()))
                .contains("planted.run.UsesKubernetes")
                .doesNotContain("planted.launch.kubernetes");
    }

    @Test
    void onlyTheArtifactsKnowAnObjectStore() {
        house.onlyTheArtifactsKnowAnObjectStore().check(SERVICE);

        assertThat(reported(planted.onlyTheArtifactsKnowAnObjectStore()))
                .contains("planted.run.UsesAnObjectStore")
                .doesNotContain("planted.artifact");
    }

    @Test
    void nobodyHereKnowsLibTorch() {
        house.nobodyHereKnowsLibTorch().check(SERVICE);

        assertThat(reported(planted.nobodyHereKnowsLibTorch())).contains("planted.run.UsesLibTorch");
    }

    @Test
    void noEntityIsTakenOrAnsweredByAController() {
        house.noEntityIsTakenOrAnsweredByAController().check(SERVICE);

        assertThat(reported(planted.noEntityIsTakenOrAnsweredByAController()))
                .contains("AnswersAnEntity.all()")
                .contains("AnswersAnEntity.store(")
                .doesNotContain("AnswersAnEntity.fine()");
    }

    @Test
    void onlyConfigurationReadsTheEnvironment() {
        house.onlyConfigurationReadsTheEnvironment().check(SERVICE);

        assertThat(reported(planted.onlyConfigurationReadsTheEnvironment()))
                .contains("planted.run.ReadsTheEnvironment");
    }

    @Test
    void timeComesFromAClock() {
        house.timeComesFromAClock().check(SERVICE);

        assertThat(reported(planted.timeComesFromAClock()))
                .contains("ReadsTheWallClock.now()")
                .contains("ReadsTheWallClock.date()");
    }

    @Test
    void everyPackageIsNullMarked() {
        house.everyPackageIsNullMarked().check(SERVICE);

        assertThat(reported(planted.everyPackageIsNullMarked()))
                .contains("planted.unmarked is not @NullMarked")
                .doesNotContain("planted.run is not @NullMarked");
    }

    @Test
    void modulesHaveNoCyclesAndNobodyReachesInsideAnother() {
        ApplicationModules.of(BitfrontierService.class).verify();

        assertThatThrownBy(() ->
                        ApplicationModules.of(PLANTED_ROOT, location -> true).verify())
                .isInstanceOf(Violations.class)
                .hasMessageContaining("planted.run.inner.Inside");
    }

    @Test
    void theImportSeesTheService() {
        assertThat(SERVICE.stream().map(JavaClass::getSimpleName)).contains("BitfrontierService", "ParetoFront");
    }

    private static String reported(ArchRule rule) {
        return String.join(
                "\n",
                rule.allowEmptyShould(false)
                        .evaluate(PLANTED)
                        .getFailureReport()
                        .getDetails());
    }
}
