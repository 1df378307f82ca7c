package io.bitfrontier.service.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.dependOnClassesThat;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import jakarta.persistence.Entity;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.Calendar;
import java.util.Date;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.RestController;

/** The rules, for a root package: that of the service, or that of the planted violations. */
final class HouseRules {
    private static final String[] FRAMEWORKS = {
        "org.springframework..", "jakarta.persistence..", "org.hibernate..", "jakarta.servlet.."
    };

    private final String root;

    HouseRules(String root) {
        this.root = root;
    }

    ArchRule featuresUseOnlyWhatTheTableAllows(DependencyTable table) {
        return classes().should(new ArchCondition<>("use only the features in the row of their own") {
            @Override
            public void check(JavaClass item, ConditionEvents events) {
                String from = feature(item);
                if (from != null && !table.allowed().containsKey(from)) {
                    events.add(SimpleConditionEvent.violated(item, from + " has no row: " + item.getName()));
                }
                for (Dependency dependency : item.getDirectDependenciesFromSelf()) {
                    String to = feature(dependency.getTargetClass());
                    if (from != null && to != null && !from.equals(to) && !table.allows(from, to)) {
                        events.add(SimpleConditionEvent.violated(
                                item, from + " may not use " + to + ": " + dependency.getDescription()));
                    }
                }
            }
        });
    }

    /** Every use between features as {@code from → to}. */
    Set<String> uses(Iterable<JavaClass> all) {
        Set<String> uses = new TreeSet<>();
        for (JavaClass item : all) {
            String from = feature(item);
            for (Dependency dependency : item.getDirectDependenciesFromSelf()) {
                String to = feature(dependency.getTargetClass());
                if (from != null && to != null && !from.equals(to)) {
                    uses.add(from + " → " + to);
                }
            }
        }
        return uses;
    }

    ArchRule theAnalysisIsPlainMathematics() {
        return noClasses()
                .that()
                .resideInAPackage(root + ".analysis")
                .should(dependOnClassesThat(resideInAnyPackage(FRAMEWORKS)));
    }

    ArchRule thePlanIsPlainArithmetic() {
        return noClasses()
                .that()
                .resideInAPackage(root + ".plan..")
                .should(dependOnClassesThat(resideInAnyPackage(FRAMEWORKS)));
    }

    ArchRule onlyItsLauncherKnowsKubernetes() {
        return noClasses()
                .that()
                .resideOutsideOfPackage(root + ".launch.kubernetes..")
                .should(dependOnClassesThat(resideInAnyPackage("io.kubernetes..", "io.fabric8..")));
    }

    ArchRule onlyTheArtifactsKnowAnObjectStore() {
        return noClasses()
                .that()
                .resideOutsideOfPackage(root + ".artifact..")
                .should(dependOnClassesThat(resideInAnyPackage("software.amazon..")));
    }

    ArchRule nobodyHereKnowsLibTorch() {
        return noClasses().should(dependOnClassesThat(resideInAnyPackage("org.bytedeco..")));
    }

    ArchRule noEntityIsTakenOrAnsweredByAController() {
        return methods()
                .that()
                .areDeclaredInClassesThat()
                .areAnnotatedWith(RestController.class)
                .and()
                .areNotPrivate()
                .should(new ArchCondition<>("neither take nor answer an entity") {
                    @Override
                    public void check(JavaMethod method, ConditionEvents events) {
                        Stream.concat(Stream.of(method.getReturnType()), method.getParameterTypes().stream())
                                .map(JavaType::getAllInvolvedRawTypes)
                                .flatMap(Set::stream)
                                .filter(type -> type.isAnnotatedWith(Entity.class))
                                .forEach(entity -> events.add(SimpleConditionEvent.violated(
                                        method, method.getFullName() + " shows the entity " + entity.getName())));
                    }
                });
    }

    ArchRule onlyConfigurationReadsTheEnvironment() {
        return noClasses()
                .that()
                .resideOutsideOfPackage(root + ".config..")
                .should()
                .callMethod(System.class, "getenv")
                .orShould()
                .callMethod(System.class, "getenv", String.class);
    }

    ArchRule timeComesFromAClock() {
        return noClasses()
                .should()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(LocalDate.class, "now")
                .orShould()
                .callMethod(LocalDateTime.class, "now")
                .orShould()
                .callMethod(OffsetDateTime.class, "now")
                .orShould()
                .callMethod(ZonedDateTime.class, "now")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Date.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Calendar.class);
    }

    ArchRule everyPackageIsNullMarked() {
        return classes().should(new ArchCondition<>("be in a package that is @NullMarked") {
            @Override
            public void check(JavaClass item, ConditionEvents events) {
                if (!item.getPackage().isAnnotatedWith(NullMarked.class)) {
                    events.add(SimpleConditionEvent.violated(
                            item, item.getPackageName() + " is not @NullMarked: " + item.getName()));
                }
            }
        });
    }

    private @Nullable String feature(JavaClass type) {
        String name = type.getBaseComponentType().getPackageName();
        if (!name.startsWith(root + ".")) {
            return null;
        }
        String below = name.substring(root.length() + 1);
        int dot = below.indexOf('.');
        return dot < 0 ? below : below.substring(0, dot);
    }
}
