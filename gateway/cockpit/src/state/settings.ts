/** What a person has chosen for this browser: kept here alone, never sent. */
import { create } from 'zustand';
import { persist } from 'zustand/middleware';

export type Theme = 'system' | 'dark' | 'light';
export type Colors = 'cn' | 'intl' | 'cvd';
export type Settings = {
  readonly theme: Theme;
  readonly colors: Colors;
  readonly language: 'zh' | 'en';
  readonly dense: boolean;
  /** 老板模式: grey, no colours. */
  readonly boss: boolean;
  readonly sound: boolean;
  readonly desktop: boolean;
  readonly tourDone: boolean;
  readonly recent: readonly string[];
  readonly set: (change: Partial<Omit<Settings, 'set'>>) => void;
};

export const useSettings = create<Settings>()(
  persist(
    (set) => ({
      theme: 'system',
      colors: 'cn',
      language: 'zh',
      dense: false,
      boss: false,
      sound: false,
      desktop: false,
      tourDone: false,
      recent: [],
      set,
    }),
    { name: 'fenshi.settings', version: 1 },
  ),
);

export const shownTheme = (theme: Theme): 'dark' | 'light' =>
  theme !== 'system' ? theme : matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark';

/** Puts the choice onto the document, where the style sheet reads it. */
export function applySettings({ theme, colors, language, boss }: Settings): void {
  const { dataset } = document.documentElement;
  dataset.theme = shownTheme(theme);
  if (colors === 'cn') delete dataset.colors;
  else dataset.colors = colors;
  if (boss) dataset.boss = '';
  else delete dataset.boss;
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
}
