package io.bitfrontier.service.launch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LauncherClassesTest {
    private final FakeLauncher launcher = new FakeLauncher();
    private final LauncherClasses classes = new LauncherClasses(launcher);

    @Test
    void aSweepThatNamesNoClassIsOfThatWhichTheSettingsSay() {
        assertThat(classes.defaultName()).isEqualTo("local");

        launcher.defaultClass = "small";

        assertThat(classes.defaultName()).isEqualTo("small");
    }
}
