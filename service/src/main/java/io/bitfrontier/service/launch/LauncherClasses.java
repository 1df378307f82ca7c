package io.bitfrontier.service.launch;

import io.bitfrontier.service.run.ResourceClassNames;
import java.util.Set;
import org.springframework.stereotype.Component;

/** The launcher's resource classes, by name alone. */
@Component
class LauncherClasses implements ResourceClassNames {
    private final Launcher launcher;

    LauncherClasses(Launcher launcher) {
        this.launcher = launcher;
    }

    @Override
    public Set<String> names() {
        return launcher.classes().keySet();
    }

    @Override
    public int gpus(String name) {
        Launcher.ResourceClass resources = launcher.classes().get(name);
        return resources == null ? 0 : resources.gpus();
    }

    @Override
    public String defaultName() {
        Set<String> names = names();
        return launcher.defaultClass()
                .orElseGet(() ->
                        names.contains(DEFAULT) ? DEFAULT : names.iterator().next());
    }
}
