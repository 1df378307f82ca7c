package io.bitfrontier.service.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.service.plan.GridExpander;
import io.bitfrontier.service.run.ResourceClassNames;
import io.bitfrontier.service.testing.SomeResourceClasses;
import io.bitfrontier.vocabulary.Precision;
import io.bitfrontier.vocabulary.Quantizer;
import io.bitfrontier.vocabulary.Scheme;
import io.bitfrontier.vocabulary.work.DataSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The sweep documents and the reference of their keys, as the docs show them. */
class DocumentedSweepsTest {
    private static final Path DOCS = docs();
    private static final Pattern YAML_BLOCK =
            Pattern.compile("```yaml\n( *apiVersion: bitfrontier/.*?)```", Pattern.DOTALL);
    /** How the readers ask for a key: by name from a section, or in the list of keys that a mapping may have. */
    private static final Pattern KEY = Pattern.compile("(?<![\\w\"])\"([a-z][A-Za-z0-9]+)\"");

    private static final Corpora CORPORA = new Corpora() {
        @Override
        public boolean hasProject(String name) {
            return name.equals("default");
        }

        @Override
        public Optional<DataSpec> find(String project, String name) {
            return Optional.of(new DataSpec(name, "0".repeat(64), DataSpec.BYTE_TOKENIZER, 0, "/text"));
        }

        @Override
        public ResourceClassNames resourceClasses() {
            return new SomeResourceClasses();
        }
    };

    @Test
    void theDemonstrationHasWhatItPromises() throws IOException {
        SweepDocument sweep = SweepReader.read(Files.readString(DOCS.resolve("demo/sweep.yaml")), CORPORA);
        GridExpander.Expansion expansion =
                GridExpander.expand(sweep.grid(), sweep.training().batchTokens());

        assertThat(expansion.points()).hasSizeGreaterThanOrEqualTo(30);
        assertThat(sweep.grid().models()).hasSizeGreaterThanOrEqualTo(3);
        assertThat(sweep.grid().tokens()).hasSizeGreaterThanOrEqualTo(2);
        assertThat(sweep.grid().precisions()).containsExactlyInAnyOrder(Precision.values());
        assertThat(expansion.points())
                .extracting(point -> point.scheme().kind())
                .contains(Scheme.Kind.values());
    }

    @Test
    void theTutorialShowsTheDemonstrationAsItIs() throws IOException {
        String sweep = Files.readString(DOCS.resolve("demo/sweep.yaml"));

        assertThat(read(DOCS.resolve("tutorial/first-frontier.md")))
                .contains("```yaml\n" + sweep.substring(sweep.indexOf("apiVersion")) + "```");
    }

    @Test
    void everyWholeDocumentInTheDocsIsWithoutViolation() throws IOException {
        List<String> documents;
        try (Stream<Path> pages = Stream.concat(Files.walk(DOCS), Stream.of(DOCS.resolveSibling("README.md")))) {
            documents = pages.filter(page -> page.toString().endsWith(".md"))
                    .flatMap(page -> YAML_BLOCK.matcher(read(page)).results().map(block -> block.group(1)))
                    .toList();
        }

        assertThat(documents).isNotEmpty();
        assertThat(documents).allSatisfy(text -> assertThat(
                        SweepReader.read(text, CORPORA).grid().size())
                .isPositive());
    }

    @Test
    void theReferenceNamesEveryKeyThatTheReaderKnows() {
        String reference = read(DOCS.resolve("reference/sweep-file.md"));
        Set<String> keys = new TreeSet<>(Arrays.asList(TrainingReader.FIELDS));
        keys.addAll(Arrays.asList(LimitsReader.FIELDS));
        for (String reader : List.of("SweepReader", "GridReader", "ModelReader", "ExclusionReader")) {
            String source =
                    read(DOCS.resolveSibling("service/src/main/java/io/bitfrontier/service/sweep/" + reader + ".java"));
            KEY.matcher(source).results().map(match -> match.group(1)).forEach(keys::add);
        }
        keys.removeAll(Set.of("none", "unchecked", "synthetic", "default"));

        assertThat(keys).contains("apiVersion", "windows", "kvHeads", "qatFraction", "priority");
        assertThat(keys).allSatisfy(key -> assertThat(reference).contains("`" + key + "`"));
        assertThat(Quantizer.values())
                .allSatisfy(quantizer -> assertThat(reference).contains("`" + quantizer.label() + "`"));
    }

    private static Path docs() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(folder.resolve("docs/demo"))) {
            Path parent = folder.getParent();
            if (parent == null) {
                throw new IllegalStateException(
                        "not within a checkout: " + Path.of("").toAbsolutePath());
            }
            folder = parent;
        }
        return folder.resolve("docs");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
