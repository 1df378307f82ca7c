package io.bitfrontier.service.scale;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.BeanPostProcessor;

/**
 * Writes down the statements that the service really sends, with their parameters in place, so that PostgreSQL can be asked to
 * explain exactly them.
 */
final class AskedStatements implements BeanPostProcessor {
    private static final String WRAPPED = " wrapping ";

    private final List<String> asked = new ArrayList<>();
    private boolean listening;

    /** What is sent from now on. */
    synchronized void listen() {
        asked.clear();
        listening = true;
    }

    /** What was sent since. */
    synchronized List<String> heard() {
        listening = false;
        return List.copyOf(asked);
    }

    private synchronized void write(String statement) {
        if (listening) {
            int wrapped = statement.indexOf(WRAPPED);
            asked.add(wrapped < 0 ? statement : statement.substring(wrapped + WRAPPED.length()));
        }
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String name) {
        return bean instanceof DataSource ? listenTo(bean, DataSource.class) : bean;
    }

    private Object listenTo(Object target, Class<?> type) {
        InvocationHandler handler = (proxy, method, arguments) -> {
            if (target instanceof PreparedStatement && method.getName().startsWith("execute")) {
                write(target.toString());
            }
            Object answer = call(target, method, arguments);
            if (answer instanceof PreparedStatement) {
                return listenTo(answer, PreparedStatement.class);
            }
            return answer instanceof Connection ? listenTo(answer, Connection.class) : answer;
        };
        return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler);
    }

    private static @Nullable Object call(Object target, Method method, Object @Nullable [] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }
}
