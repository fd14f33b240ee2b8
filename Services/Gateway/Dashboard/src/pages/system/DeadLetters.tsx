import { useState } from "react";
import type { DeadLetter, DeadLetterList } from "../../api/contracts";
import { asApiError } from "../../api/errors";
import { Ago } from "../../components/Badges";
import { Empty, ErrorNotice, MissingNotice } from "../../components/Notices";
import { plural } from "../../format";
import { useSession } from "../../hooks/session";
import type { Answer } from "../../hooks/useApi";
import { serviceWords } from "../../words";

/** Facts that wait for somebody to mend their cause; with an admin key they can be applied again from here. */
export function DeadLetterPanel({ answer }: { answer: Answer<DeadLetterList> }): JSX.Element {
  const { client } = useSession();
  const [problem, setProblem] = useState<string>();
  const replay = async (letter: DeadLetter): Promise<void> => {
    try {
      await client.replayDeadLetter(letter.service, letter.id);
      setProblem(undefined);
      answer.reload();
    } catch (error) {
      const failure = asApiError(error);
      setProblem(failure.kind === "forbidden" ? "Applying it again needs an admin key; this one may only read." : failure.message);
    }
  };
  return (
    <>
      {answer.error !== undefined && <ErrorNotice error={answer.error} retry={answer.reload} isStale={answer.value !== undefined} />}
      {answer.value !== undefined && <MissingNotice services={answer.value.unavailable} />}
      {problem !== undefined && <p className="notice notice-error" role="alert">{problem}</p>}
      {answer.value?.deadLetters.length === 0 && (
        <Empty title="No dead letters"><p>Every fact that was heard could be applied.</p></Empty>
      )}
      <ul className="plain-list">
        {answer.value?.deadLetters.map((letter) => (
          <li key={`${letter.service} ${letter.id}`}>
            <span>
              <strong>{letter.type}</strong> in {serviceWords[letter.service] ?? letter.service}, {plural(letter.attempts, "attempt")}
              <br />
              <span className="muted">{letter.reason}</span>
            </span>
            <span className="letter-end">
              <span className="muted small"><Ago time={letter.failedAt} /></span>
              {letter.replayedAt === undefined
                ? <button type="button" className="button button-small" onClick={() => void replay(letter)}>Apply again</button>
                : <span className="good small">applied</span>}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
