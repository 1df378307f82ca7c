package io.bitfrontier.service.access.web;

import io.bitfrontier.api.ProjectsApi;
import io.bitfrontier.api.model.Project;
import io.bitfrontier.api.model.ProjectPage;
import io.bitfrontier.service.access.Needs;
import io.bitfrontier.service.access.Needs.On;
import io.bitfrontier.service.access.Projects;
import io.bitfrontier.service.access.Role;
import io.bitfrontier.service.paging.Cursor;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RestController;

@RestController
class ProjectsController implements ProjectsApi {
    private final Projects projects;

    ProjectsController(Projects projects) {
        this.projects = projects;
    }

    @Override
    @Needs(value = Role.VIEWER, on = On.ANY_PROJECT)
    public ResponseEntity<ProjectPage> listProjects(@Nullable String cursor, Integer limit) {
        String after = Cursor.parse(cursor, 1, key -> key.get(0));
        List<Projects.Project> found = projects.page(after == null ? "" : after, limit + 1);
        ProjectPage page = new ProjectPage();
        page.setItems(Cursor.page(found, limit).stream()
                .map(ProjectsController::project)
                .toList());
        page.setNextCursor(Cursor.next(found, limit, project -> Cursor.of(project.name())));
        return ResponseEntity.ok(page);
    }

    @Override
    @Needs(value = Role.OPERATOR, on = On.EVERY_PROJECT)
    public ResponseEntity<Project> putProject(String project) {
        Projects.Stored stored = projects.add(project);
        return ResponseEntity.status(stored.created() ? HttpStatus.CREATED : HttpStatus.OK)
                .body(project(stored.project()));
    }

    private static Project project(Projects.Project project) {
        return new Project(project.name(), AccessAnswers.utc(project.createdAt()));
    }
}
