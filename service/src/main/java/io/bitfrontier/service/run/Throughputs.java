package io.bitfrontier.service.run;

import io.bitfrontier.service.run.DeviceRates.Measured;
import io.bitfrontier.service.run.Workload.Amount;
import io.bitfrontier.vocabulary.Quantizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;

/** Times work by what the device of a resource class has been measured to do. */
@Repository
public class Throughputs {
    /** The newest measurements of a class count, however many there are. */
    static final int NEWEST = 5_000;

    static final String RATES = """
            WITH newest AS (
              SELECT * FROM throughput WHERE resource_class = :class ORDER BY attempt_id DESC LIMIT :newest),
            used AS (SELECT device, devices FROM newest ORDER BY attempt_id DESC LIMIT 1)
            SELECT n.device, n.devices, n.kind, n.model, n.precision, n.quantizer,
                   sum(n.flops_per_token * n.tokens) / sum(n.tokens) AS flops_per_token,
                   sum(n.flops_per_token * n.tokens) / sum(n.seconds) AS flops_per_second, count(*) AS runs
            FROM newest n JOIN used USING (device, devices)
            GROUP BY n.device, n.devices, n.kind, n.model, n.precision, n.quantizer
            """;

    private final JdbcClient jdbc;

    Throughputs(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * The device that the class used last decides.
     *
     * @return empty where no run of the class has been measured
     */
    @Transactional(readOnly = true)
    public Optional<DeviceTime> timeOf(Map<Workload, Amount> work, String resourceClass) {
        return rates(resourceClass).flatMap(rates -> rates.timeOf(work));
    }

    private Optional<DeviceRates> rates(String resourceClass) {
        record Row(String device, int devices, Measured measured) {}
        List<Row> rows = jdbc.sql(RATES)
                .param("class", resourceClass)
                .param("newest", NEWEST)
                .query((row, n) -> {
                    String quantizer = row.getString("quantizer");
                    Workload workload = new Workload(
                            row.getString("kind"),
                            row.getString("model"),
                            row.getString("precision"),
                            quantizer == null
                                    ? null
                                    : Quantizer.valueOf(quantizer).label());
                    return new Row(
                            row.getString("device"),
                            row.getInt("devices"),
                            new Measured(
                                    workload,
                                    row.getDouble("flops_per_token"),
                                    row.getDouble("flops_per_second"),
                                    row.getInt("runs")));
                })
                .list();
        if (rows.isEmpty()) {
            return Optional.empty();
        }
        List<Measured> measured = new ArrayList<>();
        rows.forEach(row -> measured.add(row.measured()));
        return Optional.of(new DeviceRates(rows.get(0).device(), rows.get(0).devices(), measured));
    }
}
