/** Ids of live opportunities by row, in the order in which rows and ids came. */
const none: readonly string[] = [];

export class LiveRows {
  readonly #ids = new Map<number, readonly string[]>();
  /** 1 for each row with any: what is asked at every quote. */
  readonly #any: Uint8Array;

  constructor(rows: number) {
    this.#any = new Uint8Array(rows);
  }

  has = (row: number): boolean => this.#any[row] === 1;
  of = (row: number): readonly string[] => this.#ids.get(row) ?? none;
  rows = (): readonly number[] => [...this.#ids.keys()];

  add(row: number, id: string): void {
    this.#set(row, [...this.of(row), id]);
  }

  remove(row: number, id: string): void {
    this.#set(
      row,
      this.of(row).filter((each) => each !== id),
    );
  }

  #set(row: number, ids: readonly string[]): void {
    this.#any[row] = ids.length > 0 ? 1 : 0;
    if (ids.length > 0) this.#ids.set(row, ids);
    else this.#ids.delete(row);
  }

  image = (): readonly (readonly [number, readonly string[]])[] => [...this.#ids];

  /** In place of what is held. */
  restore(image: ReturnType<LiveRows['image']>): void {
    for (const row of this.rows()) this.#set(row, none);
    for (const [row, ids] of image) this.#set(row, ids);
  }
}
