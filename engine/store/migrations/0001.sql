-- One row a quote of the tape: n and row are its place there, so that a second insert of it is the same row.
CREATE TABLE quotes (
  trade_date Date CODEC(ZSTD),
  n UInt32 CODEC(Delta, ZSTD),
  row UInt16 CODEC(T64, ZSTD),
  instrument UInt32 CODEC(ZSTD),
  source LowCardinality(String),
  ts_exchange_ms Int64 CODEC(DoubleDelta, ZSTD),
  ts_recv_ms Int64 CODEC(DoubleDelta, ZSTD),
  phase UInt8,
  flags UInt8,
  last_milli Nullable(Int32) CODEC(ZSTD),
  pre_close_milli Nullable(Int32) CODEC(ZSTD),
  open_milli Nullable(Int32) CODEC(ZSTD),
  high_milli Nullable(Int32) CODEC(ZSTD),
  low_milli Nullable(Int32) CODEC(ZSTD),
  limit_up_milli Nullable(Int32) CODEC(ZSTD),
  limit_down_milli Nullable(Int32) CODEC(ZSTD),
  volume_shares Nullable(Float64) CODEC(Gorilla, ZSTD),
  amount_yuan Nullable(Float64) CODEC(Gorilla, ZSTD),
  outer_shares Nullable(Float64) CODEC(Gorilla, ZSTD),
  inner_shares Nullable(Float64) CODEC(Gorilla, ZSTD),
  bid_milli Array(Nullable(Int32)) CODEC(ZSTD),
  bid_shares Array(Nullable(Float64)) CODEC(ZSTD),
  ask_milli Array(Nullable(Int32)) CODEC(ZSTD),
  ask_shares Array(Nullable(Float64)) CODEC(ZSTD)
) ENGINE = ReplacingMergeTree ORDER BY (instrument, ts_exchange_ms, n, row) PARTITION BY trade_date TTL trade_date + INTERVAL 90 DAY;

-- Money flow as a source tells it; totals since the open.
CREATE TABLE flow (
  trade_date Date,
  n UInt32 CODEC(Delta, ZSTD),
  row UInt16,
  instrument UInt32,
  source LowCardinality(String),
  ts_ms Int64 CODEC(DoubleDelta, ZSTD),
  main_yuan Float64 CODEC(Gorilla, ZSTD),
  super_yuan Nullable(Float64),
  large_yuan Nullable(Float64),
  medium_yuan Nullable(Float64),
  small_yuan Nullable(Float64)
) ENGINE = ReplacingMergeTree ORDER BY (instrument, source, ts_ms, n, row) PARTITION BY trade_date TTL trade_date + INTERVAL 365 DAY;

-- Bars stamped at their close. Valid from ts_ms, known from known_ms: a later version stands beside the earlier one.
-- kind: live, backfilled, imported. Of several sources' backfilled bars, `merged` is the one that counts.
CREATE TABLE bars (
  trade_date Date CODEC(ZSTD),
  period_sec UInt32 CODEC(ZSTD),
  instrument UInt32 CODEC(ZSTD),
  ts_ms Int64 CODEC(DoubleDelta, ZSTD),
  source LowCardinality(String),
  kind LowCardinality(String),
  known_ms Int64 CODEC(ZSTD),
  open_milli Nullable(Int32) CODEC(ZSTD),
  high_milli Nullable(Int32) CODEC(ZSTD),
  low_milli Nullable(Int32) CODEC(ZSTD),
  close_milli Nullable(Int32) CODEC(ZSTD),
  volume_shares Nullable(Float64) CODEC(Gorilla, ZSTD),
  amount_yuan Nullable(Float64) CODEC(Gorilla, ZSTD)
) ENGINE = ReplacingMergeTree ORDER BY (period_sec, instrument, ts_ms, source, known_ms) PARTITION BY toYYYYMM(trade_date);

-- The journal's own bytes: its hash chain can be recomputed from here.
CREATE TABLE journal (
  trade_date Date,
  step UInt32 CODEC(Delta, ZSTD),
  n UInt32 CODEC(Delta, ZSTD),
  hash FixedString(64),
  body String CODEC(ZSTD)
) ENGINE = ReplacingMergeTree ORDER BY (trade_date, step) PARTITION BY trade_date;

CREATE TABLE transitions (
  trade_date Date,
  step UInt32,
  idx UInt16,
  ts_ms Int64,
  actor String,
  actor_seq UInt32,
  machine LowCardinality(String),
  region LowCardinality(String),
  from_state LowCardinality(String),
  to_state LowCardinality(String),
  event LowCardinality(String),
  data String CODEC(ZSTD)
) ENGINE = ReplacingMergeTree ORDER BY (trade_date, actor, step, idx) PARTITION BY trade_date;

CREATE TABLE signals (
  trade_date Date,
  step UInt32,
  idx UInt16,
  ts_ms Int64,
  actor String,
  detector LowCardinality(String),
  phase LowCardinality(String),
  score Float64,
  data String CODEC(ZSTD)
) ENGINE = ReplacingMergeTree ORDER BY (trade_date, detector, actor, step, idx) PARTITION BY trade_date;

CREATE TABLE quality (
  trade_date Date,
  ts_ms Int64 CODEC(DoubleDelta, ZSTD),
  source LowCardinality(String),
  class LowCardinality(String),
  value Float64 CODEC(Gorilla, ZSTD)
) ENGINE = ReplacingMergeTree ORDER BY (source, class, ts_ms) PARTITION BY toYYYYMM(trade_date) TTL trade_date + INTERVAL 365 DAY;

-- What a day's bundle said of each instrument.
CREATE TABLE reference (
  trade_date Date,
  instrument UInt32,
  name String,
  board LowCardinality(String),
  risk_warning UInt8,
  suspended UInt8,
  pre_close_milli Nullable(Int32),
  limit_up_milli Nullable(Int32),
  limit_down_milli Nullable(Int32),
  float_shares Nullable(Float64),
  adv20_yuan Nullable(Float64)
) ENGINE = ReplacingMergeTree ORDER BY (trade_date, instrument) PARTITION BY toYYYYMM(trade_date);
