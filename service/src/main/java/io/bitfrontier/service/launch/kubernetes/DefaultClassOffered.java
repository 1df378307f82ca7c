package io.bitfrontier.service.launch.kubernetes;

import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.hibernate.validator.constraintvalidation.HibernateConstraintValidatorContext;

/** The default class is one of the classes. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Constraint(validatedBy = DefaultClassOffered.Validator.class)
@interface DefaultClassOffered {
    String message() default "must be one of the classes: {offered}";

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};

    /** Names the field, so that the violation stands among those of the other fields. */
    final class Validator implements ConstraintValidator<DefaultClassOffered, KubernetesSettings> {
        @Override
        public boolean isValid(KubernetesSettings settings, ConstraintValidatorContext context) {
            if (settings.defaultClass() == null
                    || settings.classes() == null
                    || settings.classes().containsKey(settings.defaultClass())) {
                return true;
            }
            HibernateConstraintValidatorContext own = context.unwrap(HibernateConstraintValidatorContext.class);
            own.disableDefaultConstraintViolation();
            own.addMessageParameter(
                            "offered", String.join(", ", settings.classes().keySet()))
                    .buildConstraintViolationWithTemplate(own.getDefaultConstraintMessageTemplate())
                    .addPropertyNode("defaultClass")
                    .addConstraintViolation();
            return false;
        }
    }
}
