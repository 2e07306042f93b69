/** One short line that says what an act of one's own did, with a way back where there is one; gone after five seconds. */
import { useEffect } from 'react';
import { create } from 'zustand';
import { useWords } from '../words/index.ts';

type Told = { readonly text: string; readonly undo: (() => void) | null; readonly n: number };
const useToast = create<{ readonly told: Told | null }>()(() => ({ told: null }));
let n = 0;
export const tell = (text: string, undo: (() => void) | null = null): void => useToast.setState({ told: { text, undo, n: ++n } });

export function Toast() {
  const words = useWords();
  const told = useToast((state) => state.told);
  useEffect(() => {
    if (told === null) return;
    const timer = setTimeout(() => useToast.setState({ told: null }), 5000);
    return () => clearTimeout(timer);
  }, [told]);
  if (told === null) return null;
  return (
    <div className="toast" role="status">
      {told.text}
      {told.undo !== null && (
        <button
          type="button"
          className="btn"
          onClick={() => {
            told.undo!();
            useToast.setState({ told: null });
          }}
        >
          {words.detail.undo}
        </button>
      )}
    </div>
  );
}
