package io.bitfrontier.service.sweep;

import io.bitfrontier.service.plan.Exclusion;
import io.bitfrontier.service.plan.Grid;
import io.bitfrontier.service.plan.TrainingSettings;
import io.bitfrontier.service.run.ResourceClassNames;
import io.bitfrontier.vocabulary.work.DataSpec;
import io.bitfrontier.vocabulary.work.EvaluationSpec;
import io.bitfrontier.vocabulary.work.Fingerprint;
import io.bitfrontier.vocabulary.work.TrainingDefaults;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads a sweep document, YAML or JSON, and answers with the sweep or with every violation at once. */
final class SweepReader {
    private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,119}";
    private static final String PROJECT = "[a-z0-9][a-z0-9-]{0,62}";
    private static final int MOST_WINDOWS = 100_000;
    private static final List<String> TASKS = List.of(EvaluationSpec.PERPLEXITY, EvaluationSpec.CHOICES);

    private final Findings findings = new Findings();
    private final Corpora corpora;

    private SweepReader(Corpora corpora) {
        this.corpora = corpora;
    }

    /**
     * Reads a document.
     *
     * @throws io.bitfrontier.service.problem.ProblemException with every violation
     */
    static SweepDocument read(String text, Corpora corpora) {
        return new SweepReader(corpora).read(DocumentParser.parse(text));
    }

    private SweepDocument read(DocumentNode root) {
        Section document = Section.of(
                root,
                "",
                findings,
                "apiVersion",
                "name",
                "project",
                "grid",
                "exclude",
                "data",
                "training",
                "evaluate",
                "evaluation",
                "resources",
                "limits");
        apiVersion(document);
        String name = name(document);
        String project = project(document);
        DataSpec data = data(document, project);
        Section trainingSection = document.section("training", TrainingReader.FIELDS);
        TrainingReader trainingReader = new TrainingReader(trainingSection, findings);
        TrainingReader.Batch batch = trainingReader.batch(data);
        GridReader gridReader = new GridReader(findings);
        Section gridSection = document.section("grid", "model", "tokens", "precision", "scheme", "quantizer", "seed");
        GridReader.Axes axes = gridReader.read(gridSection, batch.batchTokens());
        List<Exclusion> exclusions = new ExclusionReader(findings, gridReader).read(document);
        EvaluationSpec evaluation = evaluation(document, data, batch.sequenceLength());
        SweepLimits limits = LimitsReader.read(document.section("limits", LimitsReader.FIELDS));
        String resourceClass = resourceClass(document.section("resources", "class"));
        DataSpec known = data == null ? DataSpec.synthetic(1) : data;
        TrainingSettings training =
                trainingReader.read(known, batch, axes.models().values(), evaluation);
        GridChecks.check(findings, axes, training, data);
        findings.throwIfAny();
        return new SweepDocument(
                name,
                project,
                new Grid(
                        new ArrayList<>(axes.models().values()),
                        new ArrayList<>(axes.tokens().values()),
                        new ArrayList<>(axes.precisions().values()),
                        new ArrayList<>(axes.schemes().values()),
                        new ArrayList<>(axes.quantizers().values()),
                        new ArrayList<>(axes.seeds().values()),
                        exclusions),
                training,
                limits,
                resourceClass,
                content(root),
                Fingerprint.of(root.canonical()));
    }

    private void apiVersion(Section document) {
        Optional<String> version = document.text("apiVersion");
        if (!document.has("apiVersion")) {
            document.missing("apiVersion", "is missing; it must be " + SweepDocument.API_VERSION);
        }
        version.filter(text -> !text.equals(SweepDocument.API_VERSION))
                .ifPresent(text -> findings.add("apiVersion", text, "must be " + SweepDocument.API_VERSION));
    }

    private String name(Section document) {
        if (!document.has("name")) {
            document.missing("name", "is missing");
        }
        String name = document.text("name").orElse("none");
        if (!name.matches(NAME)) {
            findings.add(
                    "name", name, "must be 1 to 120 letters, digits, '.', '_' or '-', the first a letter or digit");
        }
        return name;
    }

    private String project(Section document) {
        String project = document.text("project").orElse("default");
        if (!project.matches(PROJECT) || !corpora.hasProject(project)) {
            findings.add("project", project, "there is no such project");
        }
        return project;
    }

    /** The data, or null when it is in error. */
    private @Nullable DataSpec data(Section document, String project) {
        Section section = document.section("data", "corpus", "languageSeed");
        String corpus = section.text("corpus").orElse(DataSpec.SYNTHETIC);
        if (corpus.equals(DataSpec.SYNTHETIC)) {
            return DataSpec.synthetic(section.whole("languageSeed", 1, 0, GridReader.LARGEST_SEED));
        }
        if (section.has("languageSeed")) {
            findings.add(
                    section.at("languageSeed"),
                    section.text("languageSeed").orElse(null),
                    "belongs to the synthetic corpus alone");
        }
        Optional<DataSpec> found = corpora.find(project, corpus);
        if (found.isEmpty()) {
            findings.add(section.at("corpus"), corpus, "is neither synthetic nor a registered data set of " + project);
        }
        return found.orElse(null);
    }

    private String resourceClass(Section resources) {
        ResourceClassNames classes = corpora.resourceClasses();
        String name = resources.text("class").orElseGet(classes::defaultName);
        if (!classes.names().contains(name)) {
            findings.add(
                    resources.at("class"),
                    name,
                    "is not a resource class here; "
                            + Suggestion.of(
                                    name, classes.names().stream().sorted().toList()));
        }
        return name;
    }

    private EvaluationSpec evaluation(Section document, @Nullable DataSpec data, int sequenceLength) {
        boolean synthetic = data == null || data.isSynthetic();
        Map<String, String> tasks = new LinkedHashMap<>();
        if (!document.has("evaluate")) {
            TASKS.stream()
                    .filter(task -> synthetic || !task.equals(EvaluationSpec.CHOICES))
                    .forEach(task -> tasks.put(task, "evaluate"));
        } else if (document.entries("evaluate").isEmpty()) {
            document.missing("evaluate", "is empty; a point without an evaluation has no place on a frontier");
        }
        document.entries("evaluate").forEach((place, node) -> task(tasks, place, node, synthetic));
        int windows = (int) document.section("evaluation", "windows")
                .whole("windows", TrainingDefaults.EVALUATION_WINDOWS, 1, MOST_WINDOWS);
        return new EvaluationSpec(
                data == null ? DataSpec.synthetic(1) : data, sequenceLength, windows, List.copyOf(tasks.keySet()));
    }

    private void task(Map<String, String> tasks, String place, DocumentNode node, boolean synthetic) {
        String task = node.shown();
        if (!TASKS.contains(task)) {
            findings.add(place, node, "is not an evaluation; " + Suggestion.of(task, TASKS));
        } else if (task.equals(EvaluationSpec.CHOICES) && !synthetic) {
            findings.add(place, node, "needs the synthetic corpus, whose answers are known");
        } else if (tasks.putIfAbsent(task, place) != null) {
            findings.add(place, node, "is there already at " + tasks.get(task));
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, @Nullable Object> content(DocumentNode root) {
        Object plain = root.plain();
        if (plain instanceof Map<?, ?> map) {
            return (Map<String, @Nullable Object>) map;
        }
        throw new IllegalStateException("a document without violations is a mapping");
    }
}
