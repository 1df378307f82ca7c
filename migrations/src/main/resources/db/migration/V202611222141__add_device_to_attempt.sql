-- What an attempt computes on: resume is bit-exact on the same device, and throughput is measured per device.

ALTER TABLE attempt ADD COLUMN device text CHECK (length(device) BETWEEN 1 AND 200);
COMMENT ON COLUMN attempt.device IS
  'as its worker names it: kind, model, threads of a CPU, how many work together; null where the worker does not say';
