package io.bitfrontier.trainer.quant;

import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** LibTorch on one thread while a test class runs: its spinning helpers make many small operations slow on a busy machine. */
final class OneThread implements BeforeAllCallback, AfterAllCallback {
    private int before;

    @Override
    public void beforeAll(ExtensionContext context) {
        before = torch.get_num_threads();
        torch.set_num_threads(1);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        torch.set_num_threads(before);
    }
}
