/** Line icons, 16 px. */
const paths: Readonly<Record<string, string>> = {
  search: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.5 10.5 14 14',
  bell: 'M4 11V7a4 4 0 0 1 8 0v4l1 1.5H3zM6.5 14h3',
  moon: 'M13 9.5A5.5 5.5 0 0 1 6.5 3 5.5 5.5 0 1 0 13 9.5z',
  down: 'M4 6l4 4 4-4',
  download: 'M8 2.5v8M4.5 7 8 10.5 11.5 7M3 13.5h10',
  link: 'M6.5 9.5l3-3M7 4.5l1-1a3 3 0 0 1 4.5 4.5l-1 1M9 11.5l-1 1A3 3 0 0 1 3.500 8l1-1',
  rows: 'M3 4h10M3 8h10M3 12h10',
  back: 'M10 3 5 8l5 5',
  pin: 'M6 2h4l-.5 5L12 9H4l2.500-2zM8 9v5',
  note: 'M3 3h10v7l-3 3H3zM10 13v-3h3',
  play: 'M5 3l8 5-8 5z',
  pause: 'M5 3v10M11 3v10',
  prev: 'M12 3 6 8l6 5zM4 3v10',
  next: 'M4 3l6 5-6 5zM12 3v10',
  star: 'M8 2l1.800 3.900 4.200.5-3.100 2.900.8 4.200L8 11.400 4.300 13.500l.8-4.200L2 6.400l4.200-.5z',
  close: 'M4 4l8 8M12 4l-8 8',
};

export function Icon({ name, size = 16 }: { readonly name: keyof typeof paths; readonly size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={paths[name]} />
    </svg>
  );
}
