/** Rows in ClickHouse's RowBinary: little-endian, strings with a varint length, Nullable with a leading byte. */
export class RowBinary {
  #bytes: Uint8Array;
  #view: DataView;
  #at = 0;
  rows = 0;

  constructor(size = 1 << 16) {
    this.#bytes = new Uint8Array(size);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** The rows so far; the buffer is used again after `clear`. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#at);
  }

  clear(): void {
    this.#at = 0;
    this.rows = 0;
  }

  /** A place to go back to when the row that begins here turns out to be none. */
  get mark(): number {
    return this.#at;
  }

  back(mark: number): void {
    this.#at = mark;
  }

  endRow(): void {
    this.rows += 1;
  }

  u8(value: number): this {
    this.#room(1);
    this.#view.setUint8(this.#at, value);
    this.#at += 1;
    return this;
  }

  u16(value: number): this {
    this.#room(2);
    this.#view.setUint16(this.#at, value, true);
    this.#at += 2;
    return this;
  }

  u32(value: number): this {
    this.#room(4);
    this.#view.setUint32(this.#at, value, true);
    this.#at += 4;
    return this;
  }

  i32(value: number): this {
    this.#room(4);
    this.#view.setInt32(this.#at, value, true);
    this.#at += 4;
    return this;
  }

  i64(value: number): this {
    this.#room(8);
    this.#view.setBigInt64(this.#at, BigInt(Math.trunc(value)), true);
    this.#at += 8;
    return this;
  }

  f64(value: number): this {
    this.#room(8);
    this.#view.setFloat64(this.#at, value, true);
    this.#at += 8;
    return this;
  }

  /** Nullable(Int32): absent is null. */
  milli(value: number | null): this {
    return value === null ? this.u8(1) : this.u8(0).i32(value);
  }

  /** Nullable(Float64). */
  double(value: number | null): this {
    return value === null || Number.isNaN(value) ? this.u8(1) : this.u8(0).f64(value);
  }

  string(value: string | Uint8Array): this {
    const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
    this.varint(bytes.length);
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
    return this;
  }

  varint(value: number): this {
    let rest = value;
    while (rest >= 0x80) {
      this.u8((rest & 0x7f) | 0x80);
      rest = Math.floor(rest / 128);
    }
    return this.u8(rest);
  }

  /** Date: days since 1970 of `yyyymmdd`. */
  date(value: string): this {
    return this.u16(Math.round(Date.UTC(Number(value.slice(0, 4)), Number(value.slice(4, 6)) - 1, Number(value.slice(6, 8))) / 86_400_000));
  }

  #room(more: number): void {
    if (this.#at + more <= this.#bytes.length) return;
    const wider = new Uint8Array(Math.max(this.#bytes.length * 2, this.#at + more));
    wider.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = wider;
    this.#view = new DataView(wider.buffer);
  }
}
