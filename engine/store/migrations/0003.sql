-- What gap repair did on a day: how many minutes of an instrument it had from which sources. Says what need not be asked again.
CREATE TABLE repairs (
  trade_date Date,
  instrument UInt32,
  sources Array(LowCardinality(String)),
  minutes UInt16,
  known_ms Int64
) ENGINE = ReplacingMergeTree(known_ms) ORDER BY (trade_date, instrument);
