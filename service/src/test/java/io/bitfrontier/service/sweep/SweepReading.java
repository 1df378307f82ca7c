package io.bitfrontier.service.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.bitfrontier.service.problem.ProblemException;
import io.bitfrontier.service.problem.Violation;
import io.bitfrontier.service.run.ResourceClassNames;
import io.bitfrontier.service.testing.SomeResourceClasses;
import io.bitfrontier.vocabulary.work.DataSpec;
import java.util.List;
import java.util.Optional;

/** Reads sweep documents where there is one project and one data set of texts. */
final class SweepReading {
    static final String SMALL = "model: tiny-17k\ntokens: 500k\nprecision: 16";

    private static final Corpora CORPORA = new Corpora() {
        @Override
        public boolean hasProject(String name) {
            return name.equals("default");
        }

        @Override
        public Optional<DataSpec> find(String project, String name) {
            return name.equals("books")
                    ? Optional.of(new DataSpec("books", "a".repeat(64), DataSpec.BYTE_TOKENIZER, 0, "/data/books"))
                    : Optional.empty();
        }

        @Override
        public ResourceClassNames resourceClasses() {
            return new SomeResourceClasses();
        }
    };

    private SweepReading() {}

    static SweepDocument read(String text) {
        return SweepReader.read(text, CORPORA);
    }

    static List<Violation> violations(String text) {
        ProblemException problem = catchThrowableOfType(ProblemException.class, () -> read(text));
        assertThat(problem).as("refused").isNotNull();
        return problem.violations();
    }

    /** The smallest document, with lines of the grid and further sections. */
    static String sweep(String grid, String... sections) {
        return "apiVersion: bitfrontier/v1\nname: s\ngrid:\n" + grid.indent(2) + String.join("\n", sections) + "\n";
    }
}
