-- How fast each device has been: plans are timed by what was measured.

CREATE TABLE throughput (
  attempt_id      bigint PRIMARY KEY REFERENCES attempt,
  resource_class  text NOT NULL,
  device          text NOT NULL,
  devices         integer NOT NULL CHECK (devices >= 1),
  kind            text NOT NULL CHECK (kind IN ('train', 'evaluate')),
  model           text NOT NULL,
  precision       text NOT NULL,
  quantizer       text,
  flops_per_token double precision NOT NULL CHECK (flops_per_token > 0),
  tokens          bigint NOT NULL CHECK (tokens > 0),
  seconds         double precision NOT NULL CHECK (seconds > 0),
  measured_at     timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE throughput IS 'how fast an attempt that succeeded was: one row each, never changed';
COMMENT ON COLUMN throughput.devices IS 'how many of them worked on the run together';
COMMENT ON COLUMN throughput.tokens IS 'trained, from the second row of its curve on, since the first holds the start; or evaluated';
COMMENT ON COLUMN throughput.seconds IS 'of training by its curve; of an evaluation from claim to completion';
-- Plans: the newest measurements of a resource class.
CREATE INDEX throughput_newest ON throughput (resource_class, attempt_id DESC);
