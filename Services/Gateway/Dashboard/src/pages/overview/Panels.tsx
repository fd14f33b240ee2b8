import { DeliveryOverview, deliveryStates, learnerStates, NudgingOverview, TrackingOverview } from "../../api/contracts";
import { CountBars } from "../../charts/CountBars";
import { DayBars } from "../../charts/DayBars";
import { ReturnRates } from "../../charts/ReturnRates";
import { Link } from "../../components/Link";
import { Empty } from "../../components/Notices";
import { Panel } from "../../components/Panel";
import { plural } from "../../format";
import { deliveryWords, ruleWords, spaced, stateHelp, stateWords } from "../../words";

export function ReturnsPanel({ nudging }: { nudging: NudgingOverview }): JSX.Element {
  return (
    <Panel
      title="Do nudges help?"
      note="Who came back within the policy's window, against learners like them who were held out by lot."
    >
      <ReturnRates nudging={nudging} />
    </Panel>
  );
}

export function DecisionsPanel({ nudging }: { nudging: NudgingOverview }): JSX.Element {
  const blocked = Object.entries(nudging.blockedBy).sort(([, left], [, right]) => right - left).slice(0, 5);
  const candidates = Object.values(nudging.outcomes).reduce((sum, count) => sum + count, 0);
  return (
    <Panel title="What was decided" note={`${plural(candidates, "candidate")} for a nudge; each has its reasons in the log.`}>
      {candidates === 0
        ? <Empty title="No candidates yet"><p>One arises when a learner's risk becomes high.</p></Empty>
        : (
          <>
            <CountBars
              rows={[
                { key: "send", label: "Sent", count: nudging.outcomes["send"] ?? 0, style: "bar-good" },
                { key: "hold", label: "Waiting for quiet hours to end", count: nudging.outcomes["hold"] ?? 0, style: "bar" },
                { key: "holdout", label: "Held out for comparison", count: nudging.outcomes["holdout"] ?? 0, style: "bar-second" },
                { key: "blocked", label: "Not sent", count: nudging.outcomes["blocked"] ?? 0, style: "bar-muted" },
              ]}
            />
            {blocked.length > 0 && (
              <>
                <h3>Why not sent</h3>
                <CountBars
                  rows={blocked.map(([rule, count]) => ({
                    key: rule, label: (ruleWords as Record<string, string>)[rule] ?? spaced(rule), count, style: "bar-muted",
                  }))}
                />
              </>
            )}
          </>
        )}
    </Panel>
  );
}

export function StatesPanel({ tracking, scope }: { tracking: TrackingOverview; scope: string }): JSX.Element {
  return (
    <Panel title="Where learners stand" note="Enrollments by lifecycle state.">
      <CountBars
        rows={learnerStates
          .map((state) => ({
            key: state, count: tracking.states[state] ?? 0, title: stateHelp[state], style: `bar state-bar-${state}`,
            label: <Link href={`/learners?state=${state}${scope}`}>{stateWords[state]}</Link>,
          }))}
      />
    </Panel>
  );
}

export function DeliveriesPanel({ deliveries, now, isNarrowed }: {
  deliveries: DeliveryOverview; now: number; isNarrowed: boolean;
}): JSX.Element {
  const shown = deliveryStates.filter((state) => state === "sent" || (deliveries.states[state] ?? 0) > 0);
  return (
    <Panel title="Deliveries" note={isNarrowed ? "Of all course runs: mails are not counted by run." : "What became of every mail."}>
      <CountBars
        rows={shown.map((state) => ({
          key: state, label: deliveryWords[state], count: deliveries.states[state] ?? 0,
          style: state === "sent" ? "bar-good" : state === "failed" || state === "unknown" ? "bar-bad" : "bar-muted",
        }))}
      />
      <h3>Mails sent by day</h3>
      <DayBars values={deliveries.sentByDay} now={now} what="mail" height={84} />
    </Panel>
  );
}
