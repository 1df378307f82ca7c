package io.bitfrontier.service.ingest;

import io.bitfrontier.service.problem.ProblemException;
import io.bitfrontier.service.problem.Violation;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpInputMessage;
import org.springframework.http.converter.HttpMessageConverter;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.servlet.mvc.method.annotation.RequestBodyAdviceAdapter;

/** Refuses protocol messages that lack a component which their record does not declare nullable, naming all of them. */
@ControllerAdvice(basePackageClasses = CompleteBodies.class)
class CompleteBodies extends RequestBodyAdviceAdapter {
    @Override
    public boolean supports(
            MethodParameter parameter, Type target, Class<? extends HttpMessageConverter<?>> converter) {
        return parameter.getParameterType().getEnclosingClass() == WorkerProtocol.class;
    }

    @Override
    public Object afterBodyRead(
            Object body,
            HttpInputMessage message,
            MethodParameter parameter,
            Type target,
            Class<? extends HttpMessageConverter<?>> converter) {
        List<Violation> violations = new ArrayList<>();
        collect(body, "", violations);
        if (!violations.isEmpty()) {
            throw ProblemException.invalid(violations);
        }
        return body;
    }

    private static void collect(@Nullable Object value, String path, List<Violation> violations) {
        if (value instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) {
                Object item = list.get(i);
                if (item == null) {
                    violations.add(new Violation(path + "[" + i + "]", null, "is missing"));
                } else if (!(item instanceof WorkerProtocol.MetricRow)) {
                    collect(item, path + "[" + i + "]", violations);
                }
            }
            return;
        }
        if (value == null || !value.getClass().isRecord()) {
            return;
        }
        for (RecordComponent component : value.getClass().getRecordComponents()) {
            if (component.getType().isPrimitive()) {
                continue;
            }
            String name = path.isEmpty() ? component.getName() : path + "." + component.getName();
            Object part = read(component, value);
            if (part == null && !component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
                violations.add(new Violation(name, null, "is missing"));
            }
            collect(part, name, violations);
        }
    }

    private static @Nullable Object read(RecordComponent component, Object owner) {
        try {
            return component.getAccessor().invoke(owner);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot read " + component, e);
        }
    }
}
