const paths = {
  overview: "M3 12h4l3-8 4 16 3-8h4",
  learners: "M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7 10c0-4 3-6.5 7-6.5s7 2.5 7 6.5M16 3.5a4 4 0 0 1 0 7M18.5 15c2.2.9 3.5 3 3.5 6",
  courses: "M4 5a2 2 0 0 1 2-2h14v16H6a2 2 0 0 0-2 2zM4 21a2 2 0 0 0 2 0h14M8 7h8M8 11h6",
  messages: "M3 5h18v14H3zM3.5 5.5 12 13l8.5-7.5",
  data: "M4 6c0-4 16-4 16 0s-16 4-16 0v12c0 4 16 4 16 0V6M4 12c0 4 16 4 16 0",
  system: "M4 4h16v6H4zM4 14h16v6H4zM8 7h.01M8 17h.01",
  activity: "M4 12h3l2-5 4 10 2-5h5",
  risk: "M12 3 2.5 20h19zM12 10v4.5M12 17.3v.2",
  nudge: "M6 16V11a6 6 0 0 1 12 0v5l1.5 2h-15zM10 21h4",
  delivery: "M21 3 10 14M21 3l-7 18-4-7-7-4z",
  returned: "M9 14 4 9l5-5M4 9h10a6 6 0 0 1 0 12h-3",
  state: "M5 21V4M5 5h12l-2.5 4L17 13H5",
  enrolled: "M4 19V6l8-3 8 3v13M9 21v-6h6v6",
  pass: "M5 12.5 10 17.5 19.5 7",
  block: "M6 6l12 12M18 6 6 18",
  hold: "M8 5v14M16 5v14",
  skip: "M6 12h12",
  chevron: "M9 5l7 7-7 7",
  back: "M15 5l-7 7 7 7",
  signOut: "M14 4H5v16h9M10 12h11M17.5 8.5 21 12l-3.5 3.5",
  pause: "M8 5v14M16 5v14",
  play: "M7 4l13 8-13 8z",
  refresh: "M20 11a8 8 0 1 0-2.3 6.3M20 4v7h-7",
  warning: "M12 3 2.5 20h19zM12 10v4.5M12 17.3v.2",
  info: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 11v5.5M12 7.6v.2",
} as const;

export type IconName = keyof typeof paths;

/** A line drawing beside words; on its own it says nothing to a screen reader. */
export function Icon({ name, size = 18 }: { name: IconName; size?: number }): JSX.Element {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}

export function Logo(): JSX.Element {
  return (
    <svg className="logo" width="28" height="28" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect className="logo-ground" width="32" height="32" rx="8" />
      <path className="logo-posts" d="M9 6v20M23 6v20" />
      <path className="logo-rope" d="M9 19c5 0 5-6 14-6" />
    </svg>
  );
}
