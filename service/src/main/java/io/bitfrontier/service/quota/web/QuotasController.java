package io.bitfrontier.service.quota.web;

import io.bitfrontier.api.QuotasApi;
import io.bitfrontier.api.model.ProjectQuota;
import io.bitfrontier.api.model.ProjectUse;
import io.bitfrontier.api.model.QuotaStanding;
import io.bitfrontier.service.quota.Quota;
import io.bitfrontier.service.quota.Quotas;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RestController;

@RestController
class QuotasController implements QuotasApi {
    /** Who sets quotas until callers prove who they are. */
    private static final String OPERATOR = "local";

    private final Quotas quotas;

    QuotasController(Quotas quotas) {
        this.quotas = quotas;
    }

    @Override
    public ResponseEntity<QuotaStanding> getQuota(String project) {
        return ResponseEntity.ok(answer(quotas.of(project)));
    }

    @Override
    public ResponseEntity<QuotaStanding> setQuota(String project, ProjectQuota quota) {
        return ResponseEntity.ok(answer(quotas.set(
                project,
                new Quota(
                        quota.getMaxWorkers(),
                        quota.getGpuHoursPerMonth(),
                        quota.getGpuHours(),
                        quota.getMaxLivingSweeps()),
                OPERATOR)));
    }

    private static QuotaStanding answer(Quotas.Standing standing) {
        ProjectQuota quota = new ProjectQuota();
        quota.setMaxWorkers(standing.quota().maxWorkers());
        quota.setGpuHoursPerMonth(standing.quota().gpuHoursPerMonth());
        quota.setGpuHours(standing.quota().gpuHours());
        quota.setMaxLivingSweeps(standing.quota().maxLivingSweeps());
        return new QuotaStanding(
                standing.project(),
                quota,
                new ProjectUse(
                        standing.workers(), standing.gpuHoursOfMonth(), standing.gpuHours(), standing.livingSweeps()));
    }
}
