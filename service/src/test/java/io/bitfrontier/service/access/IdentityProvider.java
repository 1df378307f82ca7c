package io.bitfrontier.service.access;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;

/** Signs tokens and serves its public key on loopback, as an OpenID Connect provider does. */
final class IdentityProvider {
    private final ECKey key;
    private final ECKey foreignKey;
    private final HttpServer server;

    private IdentityProvider(ECKey key, ECKey foreignKey, HttpServer server) {
        this.key = key;
        this.foreignKey = foreignKey;
        this.server = server;
    }

    static IdentityProvider start() {
        try {
            ECKey key = new ECKeyGenerator(Curve.P_256).keyID("of-today").generate();
            ECKey foreign = new ECKeyGenerator(Curve.P_256).keyID("of-today").generate();
            byte[] keys = new JWKSet(key.toPublicJWK()).toString().getBytes(StandardCharsets.UTF_8);
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/keys", exchange -> {
                exchange.getResponseHeaders().set("Content-Type", "application/json");
                exchange.sendResponseHeaders(200, keys.length);
                exchange.getResponseBody().write(keys);
                exchange.close();
            });
            server.start();
            return new IdentityProvider(key, foreign, server);
        } catch (IOException | JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    String issuer() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/realm";
    }

    String keys() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/keys";
    }

    /** Claims of a good token of ada, a member of these groups, valid for five minutes. */
    JWTClaimsSet.Builder claims(String... groups) {
        return new JWTClaimsSet.Builder()
                .issuer(issuer())
                .audience(List.of("somebody-else", "bitfrontier"))
                .subject("ada")
                .claim("realm", Map.of("groups", List.of(groups)))
                .expirationTime(Date.from(Instant.now().plus(Duration.ofMinutes(5))));
    }

    String sign(JWTClaimsSet claims) throws JOSEException {
        return sign(claims, key);
    }

    /** By a key of the same name that the provider does not have. */
    String signByAnother(JWTClaimsSet claims) throws JOSEException {
        return sign(claims, foreignKey);
    }

    /** By a shared secret, for which somebody takes the public key. */
    String signByPublicKey(JWTClaimsSet claims) throws JOSEException {
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("of-today").build(), claims);
        token.sign(new MACSigner(key.toPublicJWK().toString().getBytes(StandardCharsets.UTF_8)));
        return token.serialize();
    }

    private static String sign(JWTClaimsSet claims, ECKey by) throws JOSEException {
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.ES256)
                .keyID("of-today")
                .type(new JOSEObjectType("at+jwt"))
                .build();
        SignedJWT token = new SignedJWT(header, claims);
        token.sign(new ECDSASigner(by));
        return token.serialize();
    }
}
