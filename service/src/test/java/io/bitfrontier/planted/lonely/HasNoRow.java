package io.bitfrontier.planted.lonely;

class HasNoRow {}
