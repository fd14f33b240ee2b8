import type { ReactNode } from "react";
import { useId } from "react";

interface Props {
  title: string;
  /** One line on how the figures come about. */
  note?: ReactNode;
  /** Beside the title. */
  aside?: ReactNode;
  className?: string;
  children: ReactNode;
}

/** One framed part of a page, with a heading that assistive technology can jump to. */
export function Panel({ title, note, aside, className, children }: Props): JSX.Element {
  const id = useId();
  return (
    <section className={`panel ${className ?? ""}`} aria-labelledby={id}>
      <header className="panel-head">
        <h2 id={id}>{title}</h2>
        {aside !== undefined && <div className="panel-aside">{aside}</div>}
      </header>
      {note !== undefined && <p className="panel-note">{note}</p>}
      {children}
    </section>
  );
}

/** The same figures as a chart, for whoever would rather read them. */
export function ChartTable(
  { caption, head, rows }: { caption: string; head: readonly string[]; rows: readonly (readonly string[])[] },
): JSX.Element {
  return (
    <details className="chart-table">
      <summary>As a table<span className="visually-hidden">: {caption}</span></summary>
      <div className="table-scroll" tabIndex={0} role="region" aria-label={caption}>
        <table>
          <caption className="visually-hidden">{caption}</caption>
          <thead>
            <tr>{head.map((title) => <th key={title} scope="col">{title}</th>)}</tr>
          </thead>
          <tbody>
            {rows.map((row, index) => (
              <tr key={index}>
                {row.map((cell, column) =>
                  column === 0 ? <th key={column} scope="row">{cell}</th> : <td key={column}>{cell}</td>)}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
