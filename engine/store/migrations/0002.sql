-- Imported files: what they are, how complete, under which licence.
CREATE TABLE datasets (
  name String,
  kind LowCardinality(String),
  rows UInt64,
  days UInt32,
  symbols UInt32,
  from_date Date,
  to_date Date,
  label String,
  licence String,
  sha String,
  imported_ms Int64,
  counters String
) ENGINE = ReplacingMergeTree(imported_ms) ORDER BY name;

-- Level-1 rows of imported files; n is the row's ordinal in its file. They are never dropped by age.
CREATE TABLE ticks AS fenshi.quotes ENGINE = ReplacingMergeTree ORDER BY (source, instrument, ts_exchange_ms, n, row) PARTITION BY source;

CREATE TABLE daily (
  trade_date Date,
  instrument UInt32,
  dataset LowCardinality(String),
  open_milli Nullable(Int32),
  high_milli Nullable(Int32),
  low_milli Nullable(Int32),
  close_milli Nullable(Int32),
  pre_close_milli Nullable(Int32),
  limit_up_milli Nullable(Int32),
  limit_down_milli Nullable(Int32),
  volume_shares Nullable(Float64),
  amount_yuan Nullable(Float64),
  auction_milli Nullable(Int32),
  auction_shares Nullable(Float64),
  turnover Nullable(Float64),
  volume_ratio Nullable(Float64),
  pre_close_derived UInt8
) ENGINE = ReplacingMergeTree ORDER BY (dataset, instrument, trade_date) PARTITION BY toYYYYMM(trade_date);

CREATE TABLE trades (
  trade_date Date,
  instrument UInt32,
  dataset LowCardinality(String),
  seq UInt32,
  ts_ms Int64 CODEC(DoubleDelta, ZSTD),
  price_milli Int32,
  shares Float64,
  amount_yuan Nullable(Float64),
  side LowCardinality(String),
  buy_no UInt32,
  sell_no UInt32
) ENGINE = ReplacingMergeTree ORDER BY (dataset, instrument, ts_ms, seq) PARTITION BY dataset;

-- Limit pools: who touched and sealed the limit, and when.
CREATE TABLE limit_pool (
  trade_date Date,
  instrument UInt32,
  dataset LowCardinality(String),
  seq UInt32,
  name String,
  kind LowCardinality(String),
  close_milli Nullable(Int32),
  seal_yuan Nullable(Float64),
  first_ms Nullable(Int64),
  last_ms Nullable(Int64),
  opened Nullable(Float64),
  boards Nullable(Float64),
  industry String
) ENGINE = ReplacingMergeTree ORDER BY (dataset, trade_date, instrument, seq) PARTITION BY dataset;

-- Membership as of a day, and names with their listing dates.
CREATE TABLE members (
  as_of Date,
  dataset LowCardinality(String),
  board String,
  board_name String,
  instrument UInt32,
  name String
) ENGINE = ReplacingMergeTree ORDER BY (dataset, board, instrument, as_of);

CREATE TABLE names (
  as_of Date,
  dataset LowCardinality(String),
  instrument UInt32,
  name String,
  area String,
  industry String,
  market String,
  list_date Nullable(Date)
) ENGINE = ReplacingMergeTree ORDER BY (dataset, instrument, as_of);

CREATE TABLE calendar (
  date Date,
  dataset LowCardinality(String),
  is_open UInt8
) ENGINE = ReplacingMergeTree ORDER BY (dataset, date);

-- Tables that nothing reads by column: one row of the file as JSON.
CREATE TABLE documents (
  dataset LowCardinality(String),
  seq UInt32,
  trade_date Date,
  body String CODEC(ZSTD)
) ENGINE = ReplacingMergeTree ORDER BY (dataset, seq);
