/** From the arrival of a frame to the picture that shows it: the 95th percentile of the newest two hundred, in milliseconds. */
const kept = 200;

export class PaintClock {
  readonly #spans: number[] = [];
  #heardAt: number | null = null;
  #toldAt = 0;

  /** The first of what the next picture shows. */
  heard(now: number): void {
    this.#heardAt ??= now;
  }

  /** Called in the frame that commits: the next one begins once its picture is out. */
  painted(tell: (p95: number) => void): void {
    const heardAt = this.#heardAt;
    this.#heardAt = null;
    if (heardAt === null) return;
    requestAnimationFrame(() => {
      const now = performance.now();
      this.#spans.push(now - heardAt);
      if (this.#spans.length > kept) this.#spans.shift();
      if (now - this.#toldAt < 2000) return;
      this.#toldAt = now;
      tell(percentile(this.#spans, 0.95));
    });
  }
}

/** Nearest rank; 0 of nothing. */
export function percentile(spans: readonly number[], share: number): number {
  const sorted = [...spans].sort((a, b) => a - b);
  return sorted[Math.min(Math.ceil(share * sorted.length) - 1, sorted.length - 1)] ?? 0;
}
