package io.bitfrontier.cli.chart;

import io.bitfrontier.cli.Samples;
import io.bitfrontier.cli.api.Answer;
import io.bitfrontier.cli.api.Frontier;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Frontiers to draw. */
final class Frontiers {
    private Frontiers() {}

    static Frontier sample() {
        return new Answer(200, Samples.frontier()).as(Frontier.class);
    }

    static Frontier loss() {
        Frontier f = sample();
        List<Frontier.Member> members = f.members().stream()
                .map(m -> new Frontier.Member(
                        m.label(),
                        m.model(),
                        m.precision(),
                        m.scheme(),
                        m.quantizer(),
                        m.tokens(),
                        m.x(),
                        3 - m.y(),
                        0.006,
                        1,
                        m.probability(),
                        m.run()))
                .toList();
        List<Frontier.Candidate> candidates = f.candidates().stream()
                .map(c -> new Frontier.Candidate(
                        c.label(),
                        c.model(),
                        c.precision(),
                        c.scheme(),
                        c.quantizer(),
                        c.tokens(),
                        c.x(),
                        3 - c.y(),
                        c.probability(),
                        c.onFrontier()))
                .toList();
        return new Frontier(f.x(), "loss", f.tokens(), f.budgets(), "loss/1", 1000, true, 1.8687, members, candidates);
    }

    static Frontier of(List<Frontier.Member> members) {
        List<Frontier.Candidate> candidates = members.stream()
                .map(m -> new Frontier.Candidate(
                        m.label(),
                        m.model(),
                        m.precision(),
                        m.scheme(),
                        m.quantizer(),
                        m.tokens(),
                        m.x(),
                        m.y(),
                        1,
                        true))
                .toList();
        return new Frontier(
                "packedSizeBytes",
                "accuracy",
                1_000_000,
                List.of(1_000_000L),
                "e",
                100,
                false,
                null,
                members,
                candidates);
    }

    static Frontier.Member member(String model, String precision, double x, double y) {
        return new Frontier.Member(
                model + " " + precision + "-bit", model, precision, "ptq", "rtn", 1_000_000, x, y, null, null, 1, 1);
    }

    /** A rising staircase at random places. */
    static Frontier random(long seed, int members) {
        Random random = new Random(seed);
        List<Frontier.Member> list = new ArrayList<>();
        double x = 3000;
        double y = 0.35;
        String[] precisions = {"1", "1.58", "2", "3", "4", "16"};
        for (int i = 0; i < members; i++) {
            x *= 1.03 + random.nextDouble();
            y += (0.98 - y) * random.nextDouble() * 0.3;
            list.add(member("tiny-" + (17 + i) + "k", precisions[random.nextInt(precisions.length)], x, y));
        }
        return of(list);
    }
}
