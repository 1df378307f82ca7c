package io.bitfrontier.service.sweep;

import io.bitfrontier.service.run.ResourceClassNames;
import io.bitfrontier.vocabulary.work.DataSpec;
import java.util.Optional;

/** What a document may refer to: projects, registered data sets, classes of resources. */
interface Corpora {
    boolean hasProject(String name);

    /** The data set that is registered under a name in a project; there is none in a project that is none. */
    Optional<DataSpec> find(String project, String name);

    /** The resources that runs may ask for, and those of a sweep that asks for none. */
    ResourceClassNames resourceClasses();
}
