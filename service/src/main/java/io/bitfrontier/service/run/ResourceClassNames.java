package io.bitfrontier.service.run;

import java.util.Set;

/** What a sweep may name as the resources of its runs. */
public interface ResourceClassNames {
    /** The class of runs whose sweep names none, where it exists. */
    String DEFAULT = "local";

    /** The names that a sweep may use; never empty. */
    Set<String> names();

    /** The one that is meant when a sweep names none. */
    String defaultName();

    /** GPUs of a worker of the class; 0 for none, and for a class that there is no more. */
    int gpus(String name);
}
