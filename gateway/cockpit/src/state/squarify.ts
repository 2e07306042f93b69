/** Tiles of a rectangle by weight, as square as can be (Bruls, Huizing, van Wijk, 2000). Pure. */
export type Box = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
export type Tile<T> = Box & { readonly item: T };

/** In the order of the items, which go from the heaviest to the lightest; one without weight has no tile. */
export function squarify<T>(items: readonly T[], weightOf: (item: T) => number, box: Box): Tile<T>[] {
  const heavy = items.filter((item) => weightOf(item) > 0);
  const total = heavy.reduce((sum, item) => sum + weightOf(item), 0);
  if (total <= 0 || box.width <= 0 || box.height <= 0) return [];
  const scale = (box.width * box.height) / total;
  const areas = heavy.map((item) => ({ item, area: weightOf(item) * scale }));
  const tiles: Tile<T>[] = [];
  let left = box;
  for (let i = 0; i < areas.length; ) {
    const side = Math.min(left.width, left.height);
    let count = 1;
    while (i + count < areas.length && worst(areas.slice(i, i + count + 1), side) <= worst(areas.slice(i, i + count), side)) count += 1;
    const row = areas.slice(i, i + count);
    left = lay(row, left, tiles);
    i += count;
  }
  return tiles;
}

type Area<T> = { readonly item: T; readonly area: number };
const sumOf = (row: readonly Area<unknown>[]): number => row.reduce((sum, { area }) => sum + area, 0);

/** The longest of a row by its shortest side, at its worst. */
function worst(row: readonly Area<unknown>[], side: number): number {
  const sum = sumOf(row);
  return Math.max(...row.map(({ area }) => Math.max((side * side * area) / (sum * sum), (sum * sum) / (side * side * area))));
}

/** Lays a row along the shorter side; what is left of the box. */
function lay<T>(row: readonly Area<T>[], { x, y, width, height }: Box, tiles: Tile<T>[]): Box {
  const sum = sumOf(row);
  if (width >= height) {
    const thick = sum / height;
    let at = y;
    for (const { item, area } of row) {
      tiles.push({ item, x, y: at, width: thick, height: area / thick });
      at += area / thick;
    }
    return { x: x + thick, y, width: width - thick, height };
  }
  const thick = sum / width;
  let at = x;
  for (const { item, area } of row) {
    tiles.push({ item, x: at, y, width: area / thick, height: thick });
    at += area / thick;
  }
  return { x, y: y + thick, width, height: height - thick };
}
