package io.bitfrontier.service.problem;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.TypeMismatchException;
import org.springframework.context.MessageSourceResolvable;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.validation.FieldError;
import org.springframework.validation.ObjectError;
import org.springframework.validation.method.ParameterErrors;
import org.springframework.validation.method.ParameterValidationResult;
import org.springframework.web.bind.MethodArgumentNotValidException;
import org.springframework.web.bind.MissingServletRequestParameterException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.method.annotation.HandlerMethodValidationException;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;

/** Turns every exception of a controller into a problem by RFC 9457; nothing of the inside is shown. */
@RestControllerAdvice
class ProblemAdvice extends ResponseEntityExceptionHandler {
    private static final Logger log = LoggerFactory.getLogger(ProblemAdvice.class);
    /** SQLSTATE of what no request can mean: a time that does not exist, a NUL in text, a NUL in JSON. */
    private static final Set<String> UNSTORABLE = Set.of("22008", "22021", "22P05");

    @ExceptionHandler
    @Nullable
    ResponseEntity<Object> handle(ProblemException e, WebRequest request) {
        return answer(e, Problems.of(e), new HttpHeaders(), request);
    }

    @ExceptionHandler({
        DataAccessResourceFailureException.class,
        TransientDataAccessException.class,
        QueryTimeoutException.class,
        CannotCreateTransactionException.class
    })
    @Nullable
    ResponseEntity<Object> handleUnavailable(Exception e, WebRequest request) {
        log.warn("the database does not answer: {}", e.toString());
        return answer(
                e, Problems.of(ProblemCode.UNAVAILABLE, "The database does not answer"), new HttpHeaders(), request);
    }

    @ExceptionHandler
    @Nullable
    ResponseEntity<Object> handleUnstorable(DataIntegrityViolationException e, WebRequest request) {
        if (NestedExceptionUtils.getMostSpecificCause(e) instanceof SQLException sql
                && UNSTORABLE.contains(sql.getSQLState())) {
            return answer(
                    e,
                    Problems.of(
                            ProblemCode.MALFORMED,
                            "A value of the request cannot be: it has a NUL character, or is a time out of range"),
                    new HttpHeaders(),
                    request);
        }
        return handleUnexpected(e, request);
    }

    @ExceptionHandler
    @Nullable
    ResponseEntity<Object> handleUnexpected(Exception e, WebRequest request) {
        log.error("unexpected failure of {}", request.getDescription(false), e);
        return answer(e, Problems.of(ProblemCode.INTERNAL, null), new HttpHeaders(), request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHttpMessageNotReadable(
            HttpMessageNotReadableException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof BodyLimitFilter.BodyTooLargeException tooLarge) {
                return answer(e, Problems.of(tooLarge.problem()), headers, request);
            }
            if (cause instanceof ProblemException problem) {
                return answer(e, Problems.of(problem), headers, request);
            }
        }
        if (e.getCause() instanceof JacksonException json) {
            return answer(e, Problems.of(unreadable(json)), headers, request);
        }
        return answer(e, Problems.of(ProblemCode.MALFORMED, "The body is missing or unreadable"), headers, request);
    }

    private static ProblemException unreadable(JacksonException e) {
        String path = pathOf(e);
        if (path.isEmpty()) {
            var at = e.getLocation();
            String where = at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
            return new ProblemException(ProblemCode.MALFORMED, "The body is not valid JSON" + where);
        }
        String message =
                e instanceof UnrecognizedPropertyException ? "unknown field" : "has the wrong type or is missing";
        return ProblemException.invalid(List.of(new Violation(path, null, message)));
    }

    private static String pathOf(JacksonException e) {
        StringBuilder path = new StringBuilder();
        for (JacksonException.Reference step : e.getPath()) {
            if (step.getPropertyName() == null) {
                path.append('[').append(step.getIndex()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(step.getPropertyName());
            }
        }
        return path.toString();
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleMethodArgumentNotValid(
            MethodArgumentNotValidException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        List<Violation> violations = new ArrayList<>();
        for (ObjectError error : e.getAllErrors()) {
            violations.add(violation(error));
        }
        return answer(e, Problems.of(ProblemException.invalid(violations)), headers, request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHandlerMethodValidationException(
            HandlerMethodValidationException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        List<Violation> violations = new ArrayList<>();
        for (ParameterValidationResult result : e.getParameterValidationResults()) {
            if (result instanceof ParameterErrors errors) {
                errors.getAllErrors().forEach(error -> violations.add(violation(error)));
                continue;
            }
            String name = String.valueOf(result.getMethodParameter().getParameterName());
            for (MessageSourceResolvable error : result.getResolvableErrors()) {
                violations.add(new Violation(name, text(result.getArgument()), message(error)));
            }
        }
        return answer(e, Problems.of(ProblemException.invalid(violations)), headers, request);
    }

    private static Violation violation(ObjectError error) {
        return error instanceof FieldError field
                ? new Violation(field.getField(), text(field.getRejectedValue()), message(field))
                : new Violation(error.getObjectName(), null, message(error));
    }

    private static String message(MessageSourceResolvable error) {
        String message = error.getDefaultMessage();
        return message == null ? "is not valid" : message;
    }

    private static @Nullable String text(@Nullable Object value) {
        return value == null ? null : value.toString();
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleTypeMismatch(
            TypeMismatchException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        String name = e instanceof MethodArgumentTypeMismatchException mismatch ? mismatch.getName() : "parameter";
        Class<?> required = e.getRequiredType();
        String bound = required == null
                ? "has the wrong type"
                : required.isEnum()
                        ? "must be one of " + List.of(required.getEnumConstants())
                        : "must be a " + required.getSimpleName();
        return answer(
                e,
                Problems.of(ProblemException.invalid(List.of(new Violation(name, text(e.getValue()), bound)))),
                headers,
                request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleMissingServletRequestParameter(
            MissingServletRequestParameterException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        Violation violation = new Violation(e.getParameterName(), null, "is required");
        return answer(e, Problems.of(ProblemException.invalid(List.of(violation))), headers, request);
    }

    /** Everything else that the framework refuses: unknown routes, methods and media types. */
    @Override
    protected @Nullable ResponseEntity<Object> handleExceptionInternal(
            Exception e, @Nullable Object body, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        ProblemCode code = Problems.codeOf(status.value());
        String detail = body instanceof ProblemDetail known && status.is4xxClientError() ? known.getDetail() : null;
        ProblemDetail problem = Problems.of(code, detail, List.of(), Map.of());
        problem.setStatus(status.value());
        return answer(e, problem, headers, request);
    }

    private @Nullable ResponseEntity<Object> answer(
            Exception e, ProblemDetail problem, HttpHeaders headers, WebRequest request) {
        HttpHeaders all = new HttpHeaders();
        headers.forEach(all::put);
        all.setContentType(MediaType.APPLICATION_PROBLEM_JSON);
        if (problem.getStatus() == ProblemCode.UNAUTHENTICATED.status()) {
            all.set(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
        }
        if (problem.getStatus() == ProblemCode.UNAVAILABLE.status()) {
            all.set(HttpHeaders.RETRY_AFTER, Problems.RETRY_AFTER);
        }
        return super.handleExceptionInternal(e, problem, all, HttpStatusCode.valueOf(problem.getStatus()), request);
    }
}
