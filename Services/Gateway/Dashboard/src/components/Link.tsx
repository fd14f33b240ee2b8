import type { AnchorHTMLAttributes, MouseEvent } from "react";
import { navigate } from "../hooks/useRoute";

type Props = AnchorHTMLAttributes<HTMLAnchorElement> & { href: string };

/** A link inside the page: a true link, so that it can be opened in another tab, which does not load the page anew. */
export function Link({ href, onClick, ...rest }: Props): JSX.Element {
  const follow = (event: MouseEvent<HTMLAnchorElement>): void => {
    onClick?.(event);
    const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (event.defaultPrevented || !isPlain) return;
    event.preventDefault();
    navigate(href);
  };
  return <a {...rest} href={href} onClick={follow} />;
}

export const learnerAddress = (learner: string): string => `/learners/${encodeURIComponent(learner)}`;
export const courseRunAddress = (courseRun: string): string => `/course-runs/${encodeURIComponent(courseRun)}`;
