/** Whether the palette is open, and with what it was opened. */
import { create } from 'zustand';

export const usePalette = create<{ readonly typed: string | null }>()(() => ({ typed: null }));
export const openPalette = (typed: string): void => usePalette.setState({ typed });
export const closePalette = (): void => usePalette.setState({ typed: null });
