package io.bitfrontier.service.quota.web;

import io.bitfrontier.api.QuotasApi;
import io.bitfrontier.api.model.ProjectQuota;
import io.bitfrontier.api.model.ProjectUse;
import io.bitfrontier.api.model.QuotaStanding;
import io.bitfrontier.service.access.Callers;
import io.bitfrontier.service.access.Needs;
import io.bitfrontier.service.access.Needs.On;
import io.bitfrontier.service.access.Role;
import io.bitfrontier.service.quota.Quota;
import io.bitfrontier.service.quota.Quotas;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RestController;

@RestController
class QuotasController implements QuotasApi {
    private final Quotas quotas;

    QuotasController(Quotas quotas) {
        this.quotas = quotas;
    }

    @Override
    @Needs(value = Role.VIEWER, on = On.PROJECT)
    public ResponseEntity<QuotaStanding> getQuota(String project) {
        return ResponseEntity.ok(answer(quotas.of(project)));
    }

    @Override
    // On every project: a quota protects the others from this one, its own operator among them.
    @Needs(value = Role.OPERATOR, on = On.EVERY_PROJECT)
    public ResponseEntity<QuotaStanding> setQuota(String project, ProjectQuota quota) {
        return ResponseEntity.ok(answer(quotas.set(
                project,
                new Quota(
                        quota.getMaxWorkers(),
                        quota.getGpuHoursPerMonth(),
                        quota.getGpuHours(),
                        quota.getMaxLivingSweeps()),
                Callers.current().subject())));
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
