/** State as a shape first: ring, half disc, disc, bars, square, small square. */
import { useWords, word } from '../words/index.ts';

export function StateGlyph({ state, size = 12 }: { readonly state: string; readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 12 12" aria-hidden="true">
      {shapes[state] ?? shapes.archived}
    </svg>
  );
}

const shapes: Readonly<Record<string, React.ReactNode>> = {
  discovered: <circle cx="6" cy="6" r="4.25" fill="none" stroke="currentColor" strokeWidth="1.5" />,
  confirmed: (
    <>
      <circle cx="6" cy="6" r="4.25" fill="none" stroke="currentColor" strokeWidth="1.5" />
      <path d="M6 1.75a4.25 4.25 0 0 0 0 8.5z" fill="currentColor" />
    </>
  ),
  tracking: <circle cx="6" cy="6" r="5" fill="currentColor" />,
  suspended: <path d="M3 2v8M9 2v8" stroke="currentColor" strokeWidth="2" />,
  ended: <rect x="2" y="2" width="8" height="8" fill="none" stroke="currentColor" strokeWidth="1.5" />,
  archived: <rect x="4" y="4" width="4" height="4" fill="currentColor" />,
};

/** The first segment of a path; `suspended` keeps its own shape though the public word is 跟踪. */
export const headOf = (path: string): string => path.split('.')[0]!;
const subOf = (path: string): string | undefined => path.split('.')[1];

export function StateChip({ path, endReason }: { readonly path: string; readonly endReason?: string | null | undefined }) {
  const words = useWords();
  const head = headOf(path);
  const off = head === 'ended' || head === 'archived';
  const sub = off ? (endReason == null ? '' : word(words.end, endReason)) : subOf(path) === undefined ? '' : word(words.sub, subOf(path)!);
  return (
    <span className={off ? 'st off' : 'st'}>
      <StateGlyph state={head} />
      <span>
        {word(words.state, head)}
        {sub !== '' && <em> {sub}</em>}
      </span>
    </span>
  );
}

const order = ['discovered', 'confirmed', 'tracking', 'ended'];
/** Four cells: those behind are full, the one it stands in by the share of its time that is used. */
export function LifecycleBar({ path, used }: { readonly path: string; readonly used: number }) {
  const head = headOf(path) === 'suspended' ? 'tracking' : headOf(path);
  const off = head === 'ended' || head === 'archived';
  const at = off ? 4 : order.indexOf(head);
  return (
    <svg width="56" height="3" viewBox="0 0 56 3" aria-hidden="true">
      {order.map((name, i) => (
        <g key={name}>
          <rect x={i * 14.5} width="12.5" height="3" rx="1" fill="var(--s3)" />
          {i <= at && (
            <rect
              x={i * 14.5}
              width={12.5 * (i < at ? 1 : Math.max(Math.min(used, 1), 0.12))}
              height="3"
              rx="1"
              fill={off ? 'var(--t3)' : 'var(--life)'}
            />
          )}
        </g>
      ))}
    </svg>
  );
}

const riskTag: Readonly<Record<string, string>> = { caution: 'w1', restricted: 'w2', frozen: 'w3' };
/** Nothing while normal and fresh. */
export function RiskTags({ risk, dataState }: { readonly risk: string; readonly dataState: string }) {
  const words = useWords();
  return (
    <>
      {riskTag[risk] !== undefined && <span className={`tag ${riskTag[risk]}`}>{word(words.risk, risk)}</span>}
      {dataState !== 'fresh' && <span className="tag w1">{word(words.data, dataState)}</span>}
    </>
  );
}
