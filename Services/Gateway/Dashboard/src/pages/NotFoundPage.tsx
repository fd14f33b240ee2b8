import { Link } from "../components/Link";
import { PageTitle } from "../components/Shell";

export function NotFoundPage(): JSX.Element {
  return (
    <>
      <PageTitle title="There is no such page" />
      <p>
        The address leads nowhere. Begin at the <Link href="/">overview</Link>, or with the{" "}
        <Link href="/learners">learners most at risk</Link>.
      </p>
    </>
  );
}
