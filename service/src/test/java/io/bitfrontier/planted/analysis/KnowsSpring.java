package io.bitfrontier.planted.analysis;

import org.springframework.stereotype.Component;

@Component
class KnowsSpring {}
