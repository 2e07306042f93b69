/** Pieces of every page: links that stay in the page, empty states, countdowns, hold-to-confirm. */
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { FenshiProblem } from '../../../client/api.ts';
import { span } from '../state/clock-math.ts';
import { useLookBack } from '../state/look-back.ts';
import { goTo, linkTo } from '../state/place.ts';
import type { Timer } from '../state/reading.ts';
import { useWords, word } from '../words/index.ts';

/** A link within the cockpit; with a key held it is the browser's own. */
export function To({
  path,
  children,
  className,
  label,
}: {
  readonly path: string;
  readonly children: ReactNode;
  readonly className?: string;
  readonly label?: string;
}) {
  return (
    <a
      href={linkTo(path)}
      className={className}
      aria-label={label}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
        event.preventDefault();
        const [where = path, query = ''] = path.split('?');
        goTo(where, Object.fromEntries(new URLSearchParams(query)));
      }}
    >
      {children}
    </a>
  );
}

/** Why there is nothing, and what comes next. */
export function Empty({
  title,
  why,
  action,
  onAction,
}: {
  readonly title: string;
  readonly why?: string;
  readonly action?: string;
  readonly onAction?: () => void;
}) {
  return (
    <div className="empty" role="status">
      <b>{title}</b>
      {why !== undefined && <p>{why}</p>}
      {action !== undefined && (
        <button type="button" className="btn" onClick={onAction}>
          {action}
        </button>
      )}
    </div>
  );
}

/** Of rows that are being read: as many as will be there. */
/** In the place of an answer that is not there: it waits, or says that it did not come and what it is of. Never that there is none. */
export function Unanswered({ error, rows = 4 }: { readonly error: Error | null; readonly rows?: number }) {
  const { empty } = useWords();
  const isPast = useLookBack((look) => look.date !== null);
  if (error === null) return <Skeleton rows={rows} />;
  const code = error instanceof FenshiProblem ? error.code : '';
  if (code === 'NOT_READY' && !isPast) return <Empty title={empty.noDay} why={empty.noDayWhy} />;
  if (code === 'NOT_READY' || code === 'BUSY')
    return <Empty title={empty.reading} why={empty.readingUpTo(/\d\d:\d\d:\d\d/.exec(error.message)?.[0] ?? null)} />;
  return <Empty title={empty.error} why={code === 'SERVICE_UNAVAILABLE' || code === 'DEADLINE' ? empty.errorWhy : error.message} />;
}

export function Skeleton({ rows = 8 }: { readonly rows?: number }) {
  return (
    <div className="skeleton" aria-hidden="true">
      {Array.from({ length: rows }, (_, i) => (
        <i key={i} />
      ))}
    </div>
  );
}

export function Countdown({
  timer,
  isLive,
  stopped,
}: {
  readonly timer: Timer | null;
  readonly isLive: boolean;
  readonly stopped: boolean;
}) {
  const words = useWords();
  if (timer === null) return <div className="tm t3">{'--'}</div>;
  return (
    <>
      <div className={isLive ? 'tm' : 'tm t3'}>
        {span(timer.leftSec)}
        {(stopped || timer.stands) && <span className="t3"> 停</span>}
      </div>
      <div className="sub">{word(words.timer, timer.id)}</div>
    </>
  );
}

const holdMs = 1000;
/** What cannot be taken back is held for a second. The keyboard holds it too. */
export function HoldButton({
  id,
  children,
  onHeld,
  className = 'btn',
  disabled = false,
}: {
  readonly id?: string;
  readonly children: ReactNode;
  readonly onHeld: () => void;
  readonly className?: string;
  readonly disabled?: boolean;
}) {
  const [held, setHeld] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  /** Held until it is let go, also past its second: one press is one act. */
  const isDown = useRef(false);
  useEffect(() => () => clearTimeout(timer.current), []);
  const begin = (): void => {
    if (disabled || isDown.current) return;
    isDown.current = true;
    setHeld(true);
    timer.current = setTimeout(() => {
      setHeld(false);
      onHeld();
    }, holdMs);
  };
  const end = (): void => {
    clearTimeout(timer.current);
    isDown.current = false;
    setHeld(false);
  };
  return (
    <button
      id={id}
      type="button"
      className={`${className} hold${held ? ' held' : ''}`}
      disabled={disabled}
      onPointerDown={begin}
      onPointerUp={end}
      onPointerLeave={end}
      onKeyDown={(event) => (event.key === ' ' || event.key === 'Enter') && !event.repeat && begin()}
      onKeyUp={end}
      onBlur={end}
    >
      {children}
    </button>
  );
}

export function Segments<T extends string>({
  of,
  chosen,
  onChoose,
  label,
}: {
  readonly of: readonly (readonly [T, string])[];
  readonly chosen: T;
  readonly onChoose: (key: T) => void;
  readonly label: string;
}) {
  return (
    <div className="seg" role="tablist" aria-label={label}>
      {of.map(([key, text]) => (
        <button key={key} type="button" role="tab" aria-selected={key === chosen} onClick={() => onChoose(key)}>
          {text}
        </button>
      ))}
    </div>
  );
}
