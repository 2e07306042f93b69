-- Which file a dataset was read from, and what was decided about it.
ALTER TABLE fenshi.datasets ADD COLUMN IF NOT EXISTS path String DEFAULT '';

-- Imports that have landed and are being put in their place: one that was cut short is done again at the next opening.
CREATE TABLE swaps (
  name String,
  target String,
  landing String,
  statement String,
  listing String,
  at_ms Int64
) ENGINE = MergeTree ORDER BY name;
