package io.bitfrontier.service.problem;

import java.util.List;
import java.util.Map;

/** A request that cannot be done, with a code that callers may rely on. */
public class ProblemException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ProblemCode code;
    private final transient List<Violation> violations;
    private final transient Map<String, Object> members;

    public ProblemException(ProblemCode code, String detail) {
        this(code, detail, List.of(), Map.of());
    }

    /** With further members of the answer, such as {@code expectedSequence}. */
    public ProblemException(ProblemCode code, String detail, Map<String, Object> members) {
        this(code, detail, List.of(), members);
    }

    private ProblemException(ProblemCode code, String detail, List<Violation> violations, Map<String, Object> members) {
        super(detail);
        this.code = code;
        this.violations = List.copyOf(violations);
        this.members = Map.copyOf(members);
    }

    /** Every violation at once. */
    public static ProblemException invalid(List<Violation> violations) {
        String detail = violations.size() == 1
                ? violations.get(0).path() + ": " + violations.get(0).message()
                : violations.size() + " violations";
        return new ProblemException(ProblemCode.INVALID, detail, violations, Map.of());
    }

    public static ProblemException notFound(String what, Object id) {
        return new ProblemException(ProblemCode.NOT_FOUND, "There is no " + what + " " + id);
    }

    public ProblemCode code() {
        return code;
    }

    public List<Violation> violations() {
        return violations;
    }

    public Map<String, Object> members() {
        return members;
    }
}
