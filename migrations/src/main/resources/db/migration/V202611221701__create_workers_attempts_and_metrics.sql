-- Who does the work, each execution of it, and what it reports.

CREATE TABLE worker (
  id             uuid PRIMARY KEY,
  launcher       text NOT NULL CHECK (launcher IN ('local', 'kubernetes')),
  resource_class text NOT NULL,
  token_sha256   char(64) NOT NULL,
  state          text NOT NULL CHECK (state IN ('LAUNCHING', 'ACTIVE', 'LEFT', 'LOST')),
  launched_by    text NOT NULL DEFAULT '',
  external_id    text,
  created_at     timestamptz NOT NULL DEFAULT now(),
  last_seen_at   timestamptz,
  drain_at       timestamptz,
  ended_at       timestamptz,
  end_reason     text,
  CHECK ((state IN ('LEFT', 'LOST')) = (ended_at IS NOT NULL))
);
COMMENT ON COLUMN worker.external_id IS 'how the launcher finds it: "pid:start time in clock ticks" of a process, the name of a Job';
COMMENT ON COLUMN worker.launched_by IS 'which installation launched it, where the launcher sees only its own: the id of a home';
COMMENT ON COLUMN worker.drain_at IS 'since when it is asked to checkpoint and leave';
CREATE INDEX worker_living ON worker (resource_class) WHERE state IN ('LAUNCHING', 'ACTIVE');

CREATE TABLE attempt (
  id                  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run_id              bigint NOT NULL REFERENCES run,
  worker_id           uuid NOT NULL REFERENCES worker,
  number              integer NOT NULL CHECK (number >= 1),
  state               text NOT NULL CHECK (state IN ('RUNNING', 'SUCCEEDED', 'FAILED', 'FENCED')),
  token_sha256        char(64) NOT NULL,
  artifact_uri        text NOT NULL,
  started_at          timestamptz NOT NULL DEFAULT now(),
  lease_expires_at    timestamptz NOT NULL,
  resumed_from_tokens bigint NOT NULL,
  accepted_sequence   bigint NOT NULL DEFAULT 0,
  ended_at            timestamptz,
  failure_class       text,
  failure_message     text,
  refused_writes      bigint NOT NULL DEFAULT 0,
  UNIQUE (run_id, number),
  CHECK ((state = 'RUNNING') = (ended_at IS NULL))
);
COMMENT ON COLUMN attempt.number IS 'the fencing token: only the newest attempt of a run may write';
COMMENT ON COLUMN attempt.lease_expires_at IS 'database time';
COMMENT ON COLUMN attempt.refused_writes IS 'late writes after fencing, refused';
-- At most one attempt of a run is alive.
CREATE UNIQUE INDEX attempt_one_running ON attempt (run_id) WHERE state = 'RUNNING';
-- Reconcile: leases that have passed.
CREATE INDEX attempt_lease ON attempt (lease_expires_at) WHERE state = 'RUNNING';
CREATE INDEX attempt_by_worker ON attempt (worker_id) WHERE state = 'RUNNING';
-- Overlap check: resumed attempts that ended lately.
CREATE INDEX attempt_resumed_and_ended ON attempt (ended_at) WHERE number > 1;

CREATE TABLE checkpoint (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run_id        bigint NOT NULL REFERENCES run,
  attempt_id    bigint NOT NULL REFERENCES attempt,
  tokens        bigint NOT NULL,
  uri           text NOT NULL,
  sha256        char(64) NOT NULL,
  bytes         bigint NOT NULL,
  created_at    timestamptz NOT NULL DEFAULT now(),
  UNIQUE (attempt_id, tokens)
);
COMMENT ON TABLE checkpoint IS 'checkpoints on the way, from which the next attempt resumes; final ones are columns of state';
CREATE INDEX checkpoint_newest ON checkpoint (run_id, tokens DESC);

CREATE TABLE metric (
  attempt_id        bigint NOT NULL REFERENCES attempt,
  tokens            bigint NOT NULL,
  sequence          bigint NOT NULL,
  step              bigint NOT NULL,
  loss              double precision,
  learning_rate     double precision,
  gradient_norm     double precision,
  tokens_per_second double precision,
  memory_bytes      bigint,
  PRIMARY KEY (attempt_id, tokens)
);
COMMENT ON COLUMN metric.loss IS 'nats per token; NULL when it was not finite';

CREATE TABLE attempt_log (
  attempt_id bigint NOT NULL REFERENCES attempt,
  sequence   bigint NOT NULL,
  text       text NOT NULL,
  PRIMARY KEY (attempt_id, sequence)
);

CREATE TABLE evaluation (
  id                 bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run_id             bigint NOT NULL UNIQUE REFERENCES run,
  state_id           bigint NOT NULL REFERENCES state,
  evaluation_version text NOT NULL,
  layer_drift        jsonb NOT NULL,
  created_at         timestamptz NOT NULL DEFAULT now(),
  UNIQUE (state_id, evaluation_version)
);

CREATE TABLE evaluation_metric (
  evaluation_id  bigint NOT NULL REFERENCES evaluation,
  name           text NOT NULL,
  value          double precision NOT NULL,
  standard_error double precision,
  count          bigint NOT NULL CHECK (count > 0),
  outcomes       bytea,
  PRIMARY KEY (evaluation_id, name)
);
COMMENT ON COLUMN evaluation_metric.outcomes IS 'one bit per item, least significant first: items are resampled jointly over models';

-- What the analysis sees: evaluated grid points, measured here. Published tables join by UNION when they are imported.
CREATE VIEW observation AS
SELECT p.id                   AS grid_point_id,
       p.sweep_id,
       p.model,
       p.parameters,
       p.tokens,
       p.precision,
       p.scheme,
       p.quantizer,
       p.seed,
       p.effective_size_bytes,
       p.packed_size_bytes,
       p.evaluation_version,
       e.id                   AS evaluation_id,
       e.run_id,
       loss.value             AS loss,
       loss.standard_error    AS loss_standard_error,
       accuracy.value         AS accuracy,
       accuracy.standard_error AS accuracy_standard_error,
       accuracy.count         AS accuracy_count,
       accuracy.outcomes      AS accuracy_outcomes,
       floor.value            AS loss_floor
FROM grid_point p
JOIN evaluation e ON e.state_id = p.state_id AND e.evaluation_version = p.evaluation_version
LEFT JOIN evaluation_metric loss ON loss.evaluation_id = e.id AND loss.name = 'loss'
LEFT JOIN evaluation_metric accuracy ON accuracy.evaluation_id = e.id AND accuracy.name = 'choices.accuracy'
LEFT JOIN evaluation_metric floor ON floor.evaluation_id = e.id AND floor.name = 'loss.floor';
COMMENT ON VIEW observation IS 'evaluated grid points; an accuracy or loss that was not measured is NULL, never 0';
