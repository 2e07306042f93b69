/** Sectors as tiles, members within: size by turnover, colour by gain; a hot one has a frame of our own colour. */
import { useLayoutEffect, useRef, useState } from 'react';
import { direction, percent } from '../pieces/numbers.ts';
import { goTo, setQuery } from '../state/place.ts';
import { squarify } from '../state/squarify.ts';
import { useWords, word } from '../words/index.ts';
import type { SectorRow } from './heat.tsx';

const head = 19;
/** Seven steps, up to 3.6 %. */
export function stepOf(gain: number | null): string {
  if (gain === null || Math.abs(gain) < 0.004) return 'z';
  const size = Math.abs(gain) < 0.014 ? 1 : Math.abs(gain) < 0.036 ? 2 : 3;
  return `${gain > 0 ? 'u' : 'd'}${size}`;
}

export function SectorMap({ rows, chosen }: { readonly rows: readonly SectorRow[]; readonly chosen: string }) {
  const words = useWords();
  const box = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = box.current!;
    const seen = new ResizeObserver(([entry]) => setSize({ width: entry!.contentRect.width, height: entry!.contentRect.height }));
    seen.observe(element);
    return () => seen.disconnect();
  }, []);
  const tiles = squarify(rows, ({ amountYuan }) => amountYuan, { x: 0, y: 0, ...size });
  return (
    <div ref={box} className="tmx">
      {tiles.map(({ item: row, x, y, width, height }) => (
        <div
          key={row.code}
          className={`sx${row.state === 'hot' || row.code === chosen ? ' hot' : ''}`}
          style={{ left: x, top: y, width: width - 3, height: height - 3 }}
        >
          <button
            type="button"
            className="sh"
            onClick={() => setQuery({ sector: row.code })}
            aria-label={`${row.name} ${percent(row.meanGain)}`}
          >
            {width > 60 && <b>{row.name}</b>}
            {width > 110 && <span className={direction(row.meanGain)}>{percent(row.meanGain)}</span>}
            {row.state !== 'cold' && width > 150 && <span className="ht">{word(words.sector, row.state)}</span>}
          </button>
          {squarify(row.members, ({ amountYuan }) => amountYuan ?? 0, { x: 0, y: head, width: width - 3, height: height - 3 - head }).map(
            ({ item, ...at }) => (
              <button
                key={item.symbol}
                type="button"
                tabIndex={at.width < 24 || at.height < 24 ? -1 : 0}
                className={`tl tm-${stepOf(item.gain)}`}
                style={{ left: at.x, top: at.y, width: at.width - 1, height: at.height - 1 }}
                title={`${item.name} ${percent(item.gain)}`}
                onClick={() => goTo(`/s/${item.symbol}`)}
              >
                {at.width > 52 && at.height > 34 && (
                  <>
                    <b>{item.name}</b>
                    <i>{percent(item.gain)}</i>
                  </>
                )}
              </button>
            ),
          )}
        </div>
      ))}
    </div>
  );
}
