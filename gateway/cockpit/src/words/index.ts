/** The language in use, and the one catalogue for everything that is said. */
import { useSettings } from '../state/settings.ts';
import { en } from './en.ts';
import { type Words, zh } from './zh.ts';

export type { Words };
export type Language = 'zh' | 'en';
export const wordsOf = (language: Language): Words => (language === 'en' ? en : zh);
export const useWords = (): Words => wordsOf(useSettings((settings) => settings.language));

/** A word by the engine's own name for a thing; the name itself where the catalogue has none, so that nothing is blank. */
export const word = (words: Readonly<Record<string, string>>, key: string): string => words[key] ?? key;
