package io.bitfrontier.service.sweep;

import io.bitfrontier.vocabulary.work.DataSpec;
import java.util.Optional;

/** What a document may refer to: projects and registered data sets. */
interface Corpora {
    boolean hasProject(String name);

    /** The data set that is registered under a name in a project. */
    Optional<DataSpec> find(String project, String name);
}
