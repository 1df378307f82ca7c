-- What users submit, what it becomes, and the work that brings it about.

CREATE TABLE project (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name       text NOT NULL UNIQUE CHECK (name ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  created_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO project (name) VALUES ('default');

CREATE TABLE dataset (
  id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  project_id      bigint NOT NULL REFERENCES project,
  name            text NOT NULL CHECK (name ~ '^[a-z0-9][a-z0-9._-]{0,62}$' AND name <> 'synthetic'),
  path            text NOT NULL,
  manifest_sha256 char(64) NOT NULL,
  tokenizer       text NOT NULL,
  files           integer NOT NULL CHECK (files > 0),
  bytes           bigint NOT NULL CHECK (bytes > 0),
  tokens          bigint NOT NULL CHECK (tokens > 0),
  submitter       text NOT NULL,
  created_at      timestamptz NOT NULL DEFAULT now(),
  UNIQUE (project_id, name)
);
COMMENT ON COLUMN dataset.manifest_sha256 IS 'hash over the sorted (relative name, size, SHA-256) of every file';

CREATE TABLE sweep (
  id              uuid PRIMARY KEY,
  version         bigint NOT NULL DEFAULT 0,
  project_id      bigint NOT NULL REFERENCES project,
  name            text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
  submitter       text NOT NULL,
  document        jsonb NOT NULL,
  document_sha256 char(64) NOT NULL,
  plan            jsonb NOT NULL,
  created_at      timestamptz NOT NULL,
  cancelled_at    timestamptz,
  UNIQUE (project_id, name)
);
COMMENT ON COLUMN sweep.document IS 'as submitted, after parsing: key order and comments are gone';
COMMENT ON COLUMN sweep.plan IS 'the plan summary at submission: points, runs, tokensAlone, tokensParentReused, tokensPlanned, dropped';

CREATE TABLE trajectory (
  id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  fingerprint      char(64) NOT NULL UNIQUE,
  spec             jsonb NOT NULL,
  start_state_id   bigint,
  model            text NOT NULL,
  precision        text NOT NULL,
  created_at       timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE trajectory IS 'everything that determines a training curve except how far it is followed';
COMMENT ON COLUMN trajectory.start_state_id IS 'the state it branches off; null for a trunk, which starts from fresh weights';

CREATE TABLE state (
  id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  trajectory_id     bigint NOT NULL REFERENCES trajectory,
  tokens            bigint NOT NULL CHECK (tokens >= 0),
  checkpoint_uri    text,
  checkpoint_sha256 char(64),
  checkpoint_bytes  bigint CHECK (checkpoint_bytes > 0),
  stored_at         timestamptz,
  UNIQUE (trajectory_id, tokens),
  CHECK ((checkpoint_uri IS NULL) = (checkpoint_sha256 IS NULL) AND (checkpoint_uri IS NULL) = (stored_at IS NULL))
);
COMMENT ON COLUMN state.tokens IS 'lineage tokens: full-precision and QAT together';
ALTER TABLE trajectory ADD FOREIGN KEY (start_state_id) REFERENCES state;
CREATE INDEX trajectory_start_state ON trajectory (start_state_id) WHERE start_state_id IS NOT NULL;

CREATE TABLE grid_point (
  id                   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  sweep_id             uuid NOT NULL REFERENCES sweep,
  fingerprint          char(64) NOT NULL,
  model                text NOT NULL,
  parameters           bigint NOT NULL CHECK (parameters > 0),
  tokens               bigint NOT NULL CHECK (tokens > 0),
  tokens_requested     bigint NOT NULL CHECK (tokens_requested > 0),
  precision            text NOT NULL,
  scheme               text NOT NULL,
  quantizer            text,
  seed                 bigint NOT NULL,
  effective_size_bytes bigint NOT NULL CHECK (effective_size_bytes > 0),
  packed_size_bytes    bigint NOT NULL CHECK (packed_size_bytes > 0),
  state_id             bigint NOT NULL REFERENCES state,
  evaluation_version   text NOT NULL,
  UNIQUE (sweep_id, fingerprint)
);
COMMENT ON COLUMN grid_point.tokens IS 'lineage tokens after rounding the budget to whole optimizer steps';
COMMENT ON COLUMN grid_point.quantizer IS 'the resolved function, never the choice "paretoq"; null at precision 16';
CREATE INDEX grid_point_by_state ON grid_point (state_id);
-- Points and observations of a sweep, paged by id.
CREATE INDEX grid_point_by_sweep ON grid_point (sweep_id, id);

CREATE TABLE run (
  id                    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  version               bigint NOT NULL DEFAULT 0,
  kind                  text NOT NULL CHECK (kind IN ('train', 'evaluate')),
  target_state_id       bigint NOT NULL REFERENCES state,
  start_state_id        bigint REFERENCES state,
  evaluation_version    text NOT NULL DEFAULT '',
  evaluation            jsonb,
  generation            integer NOT NULL DEFAULT 1 CHECK (generation >= 1),
  state                 text NOT NULL CHECK (state IN ('PLANNED', 'READY', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED')),
  resource_class        text NOT NULL DEFAULT 'local',
  priority              integer NOT NULL DEFAULT 0,
  critical_path_flops   double precision NOT NULL DEFAULT 0,
  from_tokens           bigint NOT NULL CHECK (from_tokens >= 0),
  to_tokens             bigint NOT NULL,
  progress_tokens       bigint NOT NULL,
  flops                 double precision NOT NULL DEFAULT 0,
  not_before            timestamptz NOT NULL DEFAULT now(),
  failure_class         text,
  failure_message       text,
  created_at            timestamptz NOT NULL DEFAULT now(),
  finished_at           timestamptz,
  CHECK (to_tokens >= from_tokens),
  CHECK ((kind = 'evaluate') = (evaluation_version <> '')),
  CHECK ((kind = 'evaluate') = (evaluation IS NOT NULL)),
  CHECK ((state = 'FAILED') = (failure_class IS NOT NULL)),
  CHECK ((state IN ('SUCCEEDED', 'FAILED', 'CANCELLED')) = (finished_at IS NOT NULL))
);
COMMENT ON COLUMN run.start_state_id IS 'the stored state the work goes on from; null for fresh weights. For evaluate runs the evaluated state';
COMMENT ON COLUMN run.critical_path_flops IS 'FLOPs of the longest chain that waits for this run, itself included: claimed first';
-- A failed or cancelled run may be planned again: at most one other generation lives or has succeeded.
CREATE UNIQUE INDEX run_one_living_generation ON run (kind, target_state_id, evaluation_version)
  WHERE state NOT IN ('FAILED', 'CANCELLED');
CREATE UNIQUE INDEX run_generations ON run (kind, target_state_id, evaluation_version, generation);
-- The claim: READY runs of a resource class, most urgent first.
CREATE INDEX run_ready ON run (resource_class, priority DESC, critical_path_flops DESC, id) WHERE state = 'READY';
-- The claim by a worker that holds a state: READY runs that go on from it.
CREATE INDEX run_ready_from_state ON run (start_state_id) WHERE state = 'READY';
-- Promotion: PLANNED runs that wait for a state.
CREATE INDEX run_waiting_for_state ON run (start_state_id) WHERE state = 'PLANNED';
-- Reconcile: everything that runs.
CREATE INDEX run_running ON run (id) WHERE state = 'RUNNING';
CREATE INDEX run_by_target ON run (target_state_id);
-- Runs in a state, paged by id.
CREATE INDEX run_by_state ON run (state, id);

CREATE TABLE sweep_run (
  sweep_id uuid NOT NULL REFERENCES sweep,
  run_id   bigint NOT NULL REFERENCES run,
  PRIMARY KEY (sweep_id, run_id)
);
COMMENT ON TABLE sweep_run IS 'which sweeps need a run; a run is cancelled when no living sweep needs it';
CREATE INDEX sweep_run_by_run ON sweep_run (run_id);

CREATE TABLE run_transition (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run_id     bigint NOT NULL REFERENCES run,
  attempt_id bigint,
  from_state text,
  to_state   text NOT NULL,
  event      text NOT NULL,
  actor      text NOT NULL,
  reason     text NOT NULL,
  at         timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE run_transition IS 'append-only history: one row per change of state, with who and why in one sentence';
CREATE INDEX run_transition_by_run ON run_transition (run_id, id);
