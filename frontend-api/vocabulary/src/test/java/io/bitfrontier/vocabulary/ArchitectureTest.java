package io.bitfrontier.vocabulary;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.EvaluationResult;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final String ROOT = "io.bitfrontier.vocabulary";
    private static final JavaClasses VOCABULARY = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ROOT);

    @Test
    void theVocabularyKnowsNoFramework() {
        onlyPlainJava().check(VOCABULARY);

        // This very test uses JUnit, so that as a word of the vocabulary it breaks the rule.
        EvaluationResult planted = onlyPlainJava().evaluate(new ClassFileImporter().importClasses(getClass()));
        assertThat(planted.hasViolation()).isTrue();
        assertThat(planted.getFailureReport().getDetails().toString()).contains("org.junit.jupiter.api.Test");
    }

    private static ArchRule onlyPlainJava() {
        return classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(ROOT + "..", "java..", "org.jspecify.annotations..");
    }
}
