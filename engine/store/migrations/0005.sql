-- Yuan bought less yuan sold actively in the minute, by the product's own split of quotes; null where nobody has seen the book.
ALTER TABLE fenshi.bars ADD COLUMN IF NOT EXISTS net_yuan Nullable(Float64) CODEC(Gorilla, ZSTD);
