/** The trainer: quantization-aware training and evaluation of LLaMA-style decoders. Knows neither Spring nor Kubernetes. */
@NullMarked
package io.bitfrontier.trainer;

import org.jspecify.annotations.NullMarked;
