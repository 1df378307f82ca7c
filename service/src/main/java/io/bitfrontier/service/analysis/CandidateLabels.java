package io.bitfrontier.service.analysis;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Names of candidates as people read them: {@code tiny-44k 2-bit fp-then-qat}. The quantizer and the parameters of the scheme
 * are written only where candidates of the same frontier would otherwise read alike.
 */
final class CandidateLabels {
    private CandidateLabels() {}

    /** One label per candidate, in their order: the shortest form that no other candidate has. */
    static List<String> of(List<Candidate> candidates) {
        List<Observation> named = candidates.stream().map(Candidate::first).toList();
        List<List<String>> forms = List.of(
                named.stream().map(of -> text(of, kind(of), "")).toList(),
                named.stream().map(of -> text(of, kind(of), quantizer(of))).toList(),
                named.stream().map(of -> text(of, of.scheme(), "")).toList(),
                named.stream().map(of -> text(of, of.scheme(), quantizer(of))).toList());
        List<Set<String>> repeated =
                forms.stream().map(CandidateLabels::repeated).toList();
        List<String> labels = new ArrayList<>();
        for (int i = 0; i < named.size(); i++) {
            int form = 0;
            while (form < forms.size() - 1
                    && repeated.get(form).contains(forms.get(form).get(i))) {
                form++;
            }
            labels.add(forms.get(form).get(i));
        }
        return labels;
    }

    private static String text(Observation of, String scheme, String quantizer) {
        String start = of.model() + " " + of.precision() + "-bit";
        // Without a quantizer it is full precision, and the scheme says nothing that 16 bits do not.
        return of.quantizer() == null ? start : (start + " " + scheme + " " + quantizer).trim();
    }

    private static String kind(Observation of) {
        int parameters = of.scheme().indexOf('(');
        return parameters < 0 ? of.scheme() : of.scheme().substring(0, parameters);
    }

    private static String quantizer(Observation of) {
        String quantizer = of.quantizer();
        return quantizer == null ? "" : quantizer;
    }

    private static Set<String> repeated(List<String> texts) {
        Set<String> seen = new HashSet<>();
        Set<String> repeated = new HashSet<>();
        for (String text : texts) {
            if (!seen.add(text)) {
                repeated.add(text);
            }
        }
        return repeated;
    }
}
