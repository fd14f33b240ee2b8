import { useState } from "react";
import { FeedItem, feedOf, FeedTopic, feedTopics } from "../api/liveState";
import { feedLine } from "../feedWords";
import { formatCount } from "../format";
import { useLive, useNames } from "../hooks/session";
import { Ago } from "./Badges";
import { Icon } from "./Icon";
import { learnerAddress, Link } from "./Link";
import { Empty } from "./Notices";
import { Panel } from "./Panel";

const shownMax = 40;
const topicNames: Record<FeedTopic, string> = {
  activity: "Activity", risk: "Risk", nudges: "Nudges", deliveries: "Deliveries",
};

/** Facts as they come, newest at the top; it can be narrowed, and stopped while somebody reads. */
export function Feed(): JSX.Element {
  const live = useLive();
  const [topics, setTopics] = useState<ReadonlySet<FeedTopic>>(new Set(feedTopics));
  const [held, setHeld] = useState<readonly FeedItem[]>();
  const current = feedOf(live, topics, shownMax);
  const items = held ?? current;
  const toggle = (topic: FeedTopic): void => {
    const next = new Set(topics);
    if (!next.delete(topic)) next.add(topic);
    setTopics(next);
    if (held !== undefined) setHeld(feedOf(live, next, shownMax));
  };
  const newer = held === undefined ? 0 : live.heard - Math.max(0, ...held.map((item) => item.order));
  return (
    <Panel
      title="As it happens" className="feed-panel"
      aside={(
        <button
          type="button" className="button button-small" aria-pressed={held !== undefined}
          onClick={() => setHeld(held === undefined ? current : undefined)}
        >
          <Icon name={held === undefined ? "pause" : "play"} size={14} />
          {held === undefined ? "Pause" : newer > 0 ? `Go on (${formatCount(newer)} newer)` : "Go on"}
        </button>
      )}
    >
      <div className="chips" role="group" aria-label="What to show">
        {feedTopics.map((topic) => (
          <button
            key={topic} type="button" className={`chip chip-${topic}`} aria-pressed={topics.has(topic)}
            onClick={() => toggle(topic)}
          >
            {topicNames[topic]}
          </button>
        ))}
      </div>
      {items.length === 0
        ? (
          <Empty title="Nothing yet since this page was opened">
            <p>Events, changes of risk, nudges and mails show here within a second.</p>
          </Empty>
        )
        : (
          <ol className="feed" tabIndex={0} aria-label="Newest facts">
            {items.map((item) => <Line key={item.id} item={item} />)}
          </ol>
        )}
      {live.skipped > 0 && (
        <p className="small muted">{formatCount(live.skipped)} more came too fast to be shown one by one.</p>
      )}
    </Panel>
  );
}

function Line({ item }: { item: FeedItem }): JSX.Element {
  const nameOf = useNames();
  const line = feedLine(item.fact);
  return (
    <li className="feed-line">
      <span className={`feed-icon ${line.style}`}><Icon name={line.icon} size={15} /></span>
      <span className="feed-words">
        {line.learner !== undefined && (
          <>
            <Link href={learnerAddress(line.learner)}>{nameOf(line.learner)}</Link>{" "}
          </>
        )}
        {line.words}
      </span>
      <span className="feed-time muted"><Ago time={item.fact.time} /></span>
    </li>
  );
}
