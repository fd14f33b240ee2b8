import { Link } from "./Link";

type Tab = readonly [address: string, name: string];

export const learnerTabs: readonly Tab[] = [["/learners", "By risk"], ["/anomalies", "Unusual"]];
export const dataTabs: readonly Tab[] = [["/sources", "Sources"], ["/quarantine", "Quarantine"]];

/** The pages of one group; each has an address of its own. */
export function Tabs({ tabs, at, label }: { tabs: readonly Tab[]; at: string; label: string }): JSX.Element {
  return (
    <nav className="tabs" aria-label={label}>
      {tabs.map(([address, name]) => (
        <Link key={address} href={address} aria-current={address === at ? "page" : undefined}>{name}</Link>
      ))}
    </nav>
  );
}
