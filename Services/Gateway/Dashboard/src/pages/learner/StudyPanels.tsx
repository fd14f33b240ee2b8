import type { LearnerProgress, StudyPattern, StudyTime } from "../../api/study";
import { CountBars } from "../../charts/CountBars";
import { DayBars } from "../../charts/DayBars";
import { WeekHeat, weekOf } from "../../charts/WeekHeat";
import { Anomalies } from "../../components/Anomalies";
import { Empty, ErrorNotice, Loading } from "../../components/Notices";
import { Panel } from "../../components/Panel";
import { dayLength, formatDay, formatShare, formatSpan, keepUnits, millis, plural } from "../../format";
import { useSession } from "../../hooks/session";
import { Answer, useApi } from "../../hooks/useApi";
import { useNow } from "../../hooks/useNow";
import { activityKindWords, paceWords } from "../../words";

const weeksShown = 6;

/** How far, how long, when and how one learner studies in one course run, and what is unusual about it. */
export function StudyPanels({ learner, courseRun, revision }: {
  learner: string; courseRun: string; revision: number;
}): JSX.Element {
  const { client } = useSession();
  const key = `${learner} ${courseRun}`;
  const progress = useApi((signal) => client.progress(learner, courseRun, signal), key, revision);
  const patterns = useApi((signal) => client.patterns(learner, courseRun, signal), key, revision);
  const anomalies = useApi((signal) => client.anomalies({ learner, courseRun }, signal), key, revision);
  return (
    <>
      <div className="pair">
        <Panel title="Progress">
          <Read answer={progress} what="the progress">{(value) => <Progress progress={value.progress[0]} />}</Read>
        </Panel>
        <StudyTimePanel learner={learner} courseRun={courseRun} revision={revision} />
      </div>
      <div className="pair">
        <Panel title="How they study">
          <Read answer={patterns} what="the patterns">{(value) => <Pattern pattern={value.patterns[0]} />}</Read>
        </Panel>
        <Read answer={anomalies} what="what is unusual">{(value) => <Anomalies anomalies={value.anomalies} />}</Read>
      </div>
    </>
  );
}

/** A value once it is there; before, grey lines, and a way to ask again where it failed. */
export function Read<Value>({ answer, what, children }: {
  answer: Answer<Value>; what: string; children: (value: Value) => JSX.Element;
}): JSX.Element {
  if (answer.value !== undefined) return children(answer.value);
  if (answer.error !== undefined) return <ErrorNotice error={answer.error} retry={answer.reload} />;
  return <Loading what={what} lines={4} />;
}

function Progress({ progress }: { progress: LearnerProgress | undefined }): JSX.Element {
  if (progress === undefined || progress.required.total === 0) {
    return <Empty title="Nothing to measure yet"><p>The run declares no activities, and too few learners have begun any.</p></Empty>;
  }
  const { required, completion, pace } = progress;
  return (
    <>
      <p>{keepUnits(progress.words)}</p>
      <dl className="facts">
        <div><dt>Done</dt><dd>{required.done} of {required.total} ({formatShare(required.share)})</dd></div>
        <div>
          <dt>Pace</dt>
          <dd>{paceWords[pace.state]}{pace.behind > 0 ? `, ${plural(pace.behind, "activity", "activities")} missing` : ""}</dd>
        </div>
        <div>
          <dt>Will be done</dt>
          <dd title={completion.reason}>
            {completion.state === "completed" && "everything is done"}
            {completion.state === "abstained" && "nobody can say"}
            {completion.state === "projected" && completion.at !== undefined && (
              <>
                about {formatDay(completion.at)}
                {completion.earliest !== undefined && (
                  <span className="muted">
                    , {formatDay(completion.earliest)} to {completion.latest === undefined ? "much later" : formatDay(completion.latest)}
                  </span>
                )}
              </>
            )}
          </dd>
        </div>
      </dl>
      {progress.modules.length > 0 && (
        <CountBars
          total={100} rows={progress.modules.map((module) => ({
            key: module.module, label: module.title, count: Math.round(module.required.share * 100),
            title: `${module.required.done} of ${module.required.total} done, in per cent`,
          }))}
        />
      )}
    </>
  );
}

function StudyTimePanel({ learner, courseRun, revision }: {
  learner: string; courseRun: string; revision: number;
}): JSX.Element {
  const { client } = useSession();
  const now = useNow();
  const today = Math.floor(now / dayLength) * dayLength;
  const since = new Date(today - (weeksShown * 7 - 1) * dayLength).toISOString();
  const sessions = useApi((signal) => client.sessions(learner, courseRun, since, signal), `${learner} ${courseRun} ${since}`, revision);
  const streak = useApi((signal) => client.streak(learner, signal), learner, revision);
  return (
    <Panel title="Time on task" note="Minutes by UTC day. Time that nobody was seen working is not counted.">
      <Read answer={sessions} what="the sessions">
        {(value) => (
          <>
            <DayBars values={minutesByDay(value.times, today)} now={now} what="minute" />
            <dl className="facts">
              <div><dt>Sessions in {plural(weeksShown, "week")}</dt><dd>{value.sessions.length}</dd></div>
              <div>
                <dt>A session takes</dt>
                <dd>{value.sessions.length === 0 ? "–" : formatSpan(median(value.sessions.map((one) => one.timeOnTaskSeconds)) * 1000)}</dd>
              </div>
              {streak.value !== undefined && (
                <div>
                  <dt>Days in a row</dt>
                  <dd>{streak.value.current} <span className="muted">at most {streak.value.longest}</span></dd>
                </div>
              )}
            </dl>
          </>
        )}
      </Read>
    </Panel>
  );
}

/** Whole minutes of each of the last days, the last is today. */
function minutesByDay(times: readonly StudyTime[], today: number): number[] {
  const seconds = new Map<number, number>();
  for (const time of times) seconds.set(millis(time.day), (seconds.get(millis(time.day)) ?? 0) + time.seconds);
  return Array.from({ length: weeksShown * 7 }, (_, index) =>
    Math.round((seconds.get(today - (weeksShown * 7 - 1 - index) * dayLength) ?? 0) / 60));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function Pattern({ pattern }: { pattern: StudyPattern | undefined }): JSX.Element {
  if (pattern === undefined || pattern.mix.length === 0) {
    return <Empty title="No habits yet"><p>They show after some days of study.</p></Empty>;
  }
  return (
    <>
      <p>{keepUnits(pattern.words)}</p>
      <h3>What</h3>
      <CountBars rows={pattern.mix.slice(0, 5).map((one) => ({
        key: one.kind, label: activityKindWords(one.kind), count: one.events, title: `${formatShare(one.share)} of all events`,
      }))}
      />
      {pattern.rhythm !== undefined && (
        <>
          <h3>When sittings begin, {pattern.rhythm.timeZone}</h3>
          <WeekHeat week={weekOf(pattern.rhythm.hoursOfWeek)} timeZone={pattern.rhythm.timeZone} what="sitting" />
        </>
      )}
    </>
  );
}
