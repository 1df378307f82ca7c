-- Who gets machines first: the queue of READY runs is kept per sweep, so that pausing, cancelling, limiting and ageing a sweep
-- change one row however many runs it has, and a run that several sweeps need is claimed through the one that comes first.

ALTER TABLE sweep_run
  ADD COLUMN ready               boolean NOT NULL DEFAULT false,
  ADD COLUMN resource_class      text NOT NULL DEFAULT 'local',
  ADD COLUMN critical_path_flops double precision NOT NULL DEFAULT 0;
COMMENT ON COLUMN sweep_run.ready IS 'the run is READY: written with every change of its state, and settled after a submission';
COMMENT ON COLUMN sweep_run.critical_path_flops IS 'of the run: the order within a sweep''s queue';
UPDATE sweep_run n
   SET ready = r.state = 'READY', resource_class = r.resource_class, critical_path_flops = r.critical_path_flops
  FROM run r WHERE r.id = n.run_id;
-- The claim: the sweeps that have READY runs of a class, then the head of one sweep's queue.
CREATE INDEX sweep_run_queue ON sweep_run (resource_class, sweep_id, critical_path_flops DESC, run_id) WHERE ready;
-- They served the claim over all runs at once: a run has the priority of the sweeps that need it.
DROP INDEX run_ready;
ALTER TABLE run DROP COLUMN priority;

ALTER TABLE sweep
  ADD COLUMN priority      integer NOT NULL DEFAULT 0 CHECK (priority BETWEEN -100 AND 100),
  ADD COLUMN max_workers   integer CHECK (max_workers >= 1),
  ADD COLUMN gpu_hours     double precision CHECK (gpu_hours > 0),
  ADD COLUMN deadline      timestamptz,
  ADD COLUMN keep_states   text NOT NULL DEFAULT 'extendable' CHECK (keep_states IN ('extendable', 'points', 'results')),
  ADD COLUMN paused_at     timestamptz,
  ADD COLUMN pause_drains  boolean NOT NULL DEFAULT true,
  ADD COLUMN open_since    timestamptz NOT NULL DEFAULT now(),
  ADD COLUMN stopped_at    timestamptz,
  ADD COLUMN stop_reason   text,
  ADD COLUMN finished_at   timestamptz,
  ADD CHECK ((stopped_at IS NULL) = (stop_reason IS NULL));
COMMENT ON COLUMN sweep.priority IS 'larger is claimed first; a run that several sweeps need has that of the first of them';
COMMENT ON COLUMN sweep.max_workers IS 'most attempts that run on its account at one time; null for no limit';
COMMENT ON COLUMN sweep.gpu_hours IS 'most GPU-hours on its account (hours of a worker without a GPU count as such); null for no limit';
COMMENT ON COLUMN sweep.keep_states IS 'extendable: every state it rests on; points: those of its points and what they are compared with; results: none';
COMMENT ON COLUMN sweep.pause_drains IS 'whether the pause also sends what runs to its next checkpoint';
COMMENT ON COLUMN sweep.open_since IS 'since when it may wait for machines: submitted, resumed, retried or extended; waiting raises it in the queue';
COMMENT ON COLUMN sweep.stopped_at IS 'since when a limit is known to be reached; the claim itself looks at what is used';
COMMENT ON COLUMN sweep.finished_at IS 'when none of its runs was living any more; null again when it is extended or retried';
UPDATE sweep SET
  open_since = created_at,
  priority = CASE WHEN document #>> '{limits,priority}' ~ '^-?[0-9]{1,3}$' THEN (document #>> '{limits,priority}')::integer ELSE 0 END;
CREATE INDEX sweep_unfinished ON sweep (project_id) WHERE finished_at IS NULL AND cancelled_at IS NULL;

ALTER TABLE attempt
  ADD COLUMN sweep_id     uuid REFERENCES sweep,
  ADD COLUMN gpus         integer NOT NULL DEFAULT 1 CHECK (gpus >= 1),
  ADD COLUMN counted      boolean NOT NULL DEFAULT false,
  ADD COLUMN leave_reason text;
COMMENT ON COLUMN attempt.sweep_id IS 'the sweep it was claimed for, on whose account its time is; null before accounts were kept';
COMMENT ON COLUMN attempt.gpus IS 'what its busy time counts: the GPUs of its worker, 1 for a worker without';
COMMENT ON COLUMN attempt.counted IS 'whether its time is in gpu_usage';
COMMENT ON COLUMN attempt.leave_reason IS 'why it was asked to checkpoint and leave, in one sentence';
UPDATE attempt SET counted = true;
-- Ageing: when a sweep was last given a worker.
CREATE INDEX attempt_of_sweep ON attempt (sweep_id, started_at DESC) WHERE sweep_id IS NOT NULL;
-- Limits: what runs on a sweep's account.
CREATE INDEX attempt_running_of_sweep ON attempt (sweep_id) WHERE state = 'RUNNING';
-- Accounts: time that is not in gpu_usage yet.
CREATE INDEX attempt_uncounted ON attempt (sweep_id) WHERE NOT counted;

CREATE TABLE gpu_usage (
  sweep_id    uuid NOT NULL REFERENCES sweep,
  project_id  bigint NOT NULL REFERENCES project,
  month       date NOT NULL,
  gpu_seconds double precision NOT NULL CHECK (gpu_seconds >= 0),
  PRIMARY KEY (sweep_id, month)
);
COMMENT ON TABLE gpu_usage IS 'busy seconds × GPUs of attempts that have ended, by the month (UTC) in which they ended';
CREATE INDEX gpu_usage_of_project ON gpu_usage (project_id, month);

-- What is on a sweep's account at this moment. An attempt counts from its claim until it has ended, whatever came of it.
CREATE VIEW sweep_use AS
SELECT s.id AS sweep_id,
       (SELECT count(*) FROM attempt a WHERE a.sweep_id = s.id AND a.state = 'RUNNING') AS workers,
       (SELECT coalesce(sum(u.gpu_seconds), 0) FROM gpu_usage u WHERE u.sweep_id = s.id)
       + (SELECT coalesce(sum(extract(epoch FROM coalesce(a.ended_at, statement_timestamp()) - a.started_at) * a.gpus), 0)
          FROM attempt a WHERE a.sweep_id = s.id AND NOT a.counted)::double precision AS gpu_seconds
FROM sweep s;

CREATE TABLE project_quota (
  id                  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  project_id          bigint NOT NULL REFERENCES project,
  max_workers         integer CHECK (max_workers >= 0),
  gpu_hours_per_month double precision CHECK (gpu_hours_per_month >= 0),
  gpu_hours           double precision CHECK (gpu_hours >= 0),
  max_living_sweeps   integer CHECK (max_living_sweeps >= 0),
  set_at              timestamptz NOT NULL DEFAULT clock_timestamp(),
  set_by              text NOT NULL
);
COMMENT ON TABLE project_quota IS 'append-only: the newest row of a project counts; null is no bound';
CREATE INDEX project_quota_newest ON project_quota (project_id, id DESC);

-- What the sweeps of a project use, beside what they may.
CREATE VIEW project_use AS
SELECT p.id AS project_id, q.max_workers, q.gpu_hours_per_month, q.gpu_hours, q.max_living_sweeps,
       (SELECT count(*) FROM attempt a JOIN sweep s ON s.id = a.sweep_id
        WHERE a.state = 'RUNNING' AND s.project_id = p.id) AS workers,
       (SELECT coalesce(sum(u.gpu_seconds), 0) FROM gpu_usage u WHERE u.project_id = p.id)
       + (SELECT coalesce(sum(extract(epoch FROM coalesce(a.ended_at, statement_timestamp()) - a.started_at) * a.gpus), 0)
          FROM attempt a JOIN sweep s ON s.id = a.sweep_id
          WHERE NOT a.counted AND s.project_id = p.id)::double precision AS gpu_seconds,
       (SELECT coalesce(sum(u.gpu_seconds), 0) FROM gpu_usage u
        WHERE u.project_id = p.id AND u.month = date_trunc('month', statement_timestamp() AT TIME ZONE 'UTC'))
       + (SELECT coalesce(sum(extract(epoch FROM coalesce(a.ended_at, statement_timestamp()) - a.started_at) * a.gpus), 0)
          FROM attempt a JOIN sweep s ON s.id = a.sweep_id
          WHERE NOT a.counted AND s.project_id = p.id
            AND (a.ended_at IS NULL OR a.ended_at AT TIME ZONE 'UTC' >= date_trunc('month', statement_timestamp() AT TIME ZONE 'UTC')))
         ::double precision AS gpu_seconds_of_month
FROM project p
LEFT JOIN LATERAL (
  SELECT * FROM project_quota newest WHERE newest.project_id = p.id ORDER BY newest.id DESC LIMIT 1) q ON true;

-- How many more attempts a sweep may have at this moment: 0 while it is paused, cancelled or stopped by a limit, its own or its
-- project's; null for any number.
CREATE VIEW sweep_room AS
SELECT s.id AS sweep_id, s.project_id, s.priority, s.open_since,
       s.max_workers IS NOT NULL OR s.gpu_hours IS NOT NULL
         OR p.max_workers IS NOT NULL OR p.gpu_hours IS NOT NULL OR p.gpu_hours_per_month IS NOT NULL AS limited,
       CASE
         WHEN s.cancelled_at IS NOT NULL OR s.paused_at IS NOT NULL OR s.deadline <= statement_timestamp() THEN 0
         WHEN s.gpu_hours IS NOT NULL AND u.gpu_seconds >= s.gpu_hours * 3600 THEN 0
         WHEN p.gpu_hours IS NOT NULL AND p.gpu_seconds >= p.gpu_hours * 3600 THEN 0
         WHEN p.gpu_hours_per_month IS NOT NULL AND p.gpu_seconds_of_month >= p.gpu_hours_per_month * 3600 THEN 0
         ELSE least(CASE WHEN s.max_workers IS NOT NULL THEN s.max_workers - u.workers END,
                    CASE WHEN p.max_workers IS NOT NULL THEN p.max_workers - p.workers END)
       END AS room
FROM sweep s
JOIN sweep_use u ON u.sweep_id = s.id
JOIN project_use p ON p.project_id = s.project_id;

CREATE TABLE sweep_event (
  id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  sweep_id uuid NOT NULL REFERENCES sweep,
  at       timestamptz NOT NULL DEFAULT clock_timestamp(),
  event    text NOT NULL,
  actor    text NOT NULL,
  reason   text NOT NULL,
  document jsonb
);
COMMENT ON TABLE sweep_event IS 'append-only history of a sweep: what was done to it, by whom and why, in one sentence';
COMMENT ON COLUMN sweep_event.document IS 'the document from this event on, where the event brought one';
CREATE INDEX sweep_event_by_sweep ON sweep_event (sweep_id, id);
INSERT INTO sweep_event (sweep_id, at, event, actor, reason, document)
SELECT id, created_at, 'SUBMITTED', submitter, 'the sweep was submitted', document FROM sweep;
INSERT INTO sweep_event (sweep_id, at, event, actor, reason)
SELECT id, cancelled_at, 'CANCELLED', submitter, 'the sweep was cancelled' FROM sweep WHERE cancelled_at IS NOT NULL;
