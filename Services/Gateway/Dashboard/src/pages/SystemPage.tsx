import type { ModelInUse, QuarantinedEvent, ServiceStatus } from "../api/contracts";
import { Ago } from "../components/Badges";
import { Icon } from "../components/Icon";
import { Link } from "../components/Link";
import { Empty, ErrorNotice, Loading } from "../components/Notices";
import { Panel } from "../components/Panel";
import { PageTitle } from "../components/Shell";
import { formatCount, formatNumber, plural } from "../format";
import { useSession } from "../hooks/session";
import { useApi } from "../hooks/useApi";
import { useTick } from "../hooks/useNow";
import { serviceWords, spaced } from "../words";
import { DeadLetterPanel } from "./system/DeadLetters";

const statusPeriod = 5_000;
const listPeriod = 15_000;
const quarantinedShown = 5;

/** How the services are doing, and what could not be taken in or applied. */
export function SystemPage(): JSX.Element {
  const { client } = useSession();
  useTick(statusPeriod);
  const status = useApi((signal) => client.status(signal), "status", Math.floor(Date.now() / statusPeriod), statusPeriod / 2);
  const lists = Math.floor(Date.now() / listPeriod);
  const quarantine = useApi((signal) => client.quarantine({ state: "waiting" }, "", signal), "quarantine", lists);
  const deadLetters = useApi((signal) => client.deadLetters(signal), "deadLetters", lists);
  const model = useApi((signal) => client.model(signal), "model");
  const services = status.value?.services ?? [];
  const down = services.filter((service) => !service.ready).length;
  return (
    <>
      <PageTitle
        title="System"
        aside={status.value !== undefined && (
          <span className="muted">{down === 0 ? "All services are ready" : `${plural(down, "service is", "services are")} not ready`}</span>
        )}
      />
      {status.error !== undefined && <ErrorNotice error={status.error} retry={status.reload} isStale={services.length > 0} />}
      {status.value === undefined && status.error === undefined && <Loading what="the services" lines={4} />}
      <ul className="services">{services.map((service) => <Service key={service.name} service={service} />)}</ul>
      <div className="pair">
        <Panel title="Dead letters" note="Facts that a service heard and could not apply. Nothing is lost: each can be applied again.">
          <DeadLetterPanel answer={deadLetters} />
        </Panel>
        <Panel title="Quarantine" note="Events that could not be taken in and wait for somebody; the newest.">
          {quarantine.error !== undefined && <ErrorNotice error={quarantine.error} retry={quarantine.reload} isStale={quarantine.value !== undefined} />}
          {quarantine.value?.events.length === 0 && (
            <Empty title="Nothing waits"><p>Every event that came could be read, or was dealt with.</p></Empty>
          )}
          <ul className="plain-list">
            {quarantine.value?.events.slice(0, quarantinedShown).map((event) => <li key={event.id}><Quarantined event={event} /></li>)}
          </ul>
          <p><Link href="/quarantine">All of them, and how to mend them</Link></p>
        </Panel>
      </div>
      <Panel title="Model" note="What the risk scores come from, as its card says.">
        {model.error !== undefined && <ErrorNotice error={model.error} retry={model.reload} />}
        {model.value !== undefined && <Model model={model.value} />}
      </Panel>
    </>
  );
}

function Service({ service }: { service: ServiceStatus }): JSX.Element {
  const behind = Object.values(service.lag).reduce((sum, lag) => sum + lag, 0);
  return (
    <li className={service.ready ? "service" : "service service-down"}>
      <h2>
        <Icon name={service.ready ? "pass" : "warning"} size={16} />
        {serviceWords[service.name] ?? service.name}
      </h2>
      <p className="service-state">{service.ready ? "Ready" : "Not ready"}</p>
      {service.reasons.map((reason) => <p key={reason} className="service-reason">{reason}</p>)}
      <dl>
        {service.startedAt !== undefined && <div><dt>Started</dt><dd><Ago time={service.startedAt} /></dd></div>}
        {Object.entries(service.lag).map(([stream, lag]) => (
          <div key={stream}><dt>Behind {stream}</dt><dd>{lag === 0 ? "up to date" : plural(lag, "fact")}</dd></div>
        ))}
        {service.ready && behind === 0 && Object.keys(service.lag).length === 0 && <div><dt>Hears</dt><dd>no stream</dd></div>}
        <div><dt>Due, not done</dt><dd>{formatCount(service.pending)}</dd></div>
      </dl>
    </li>
  );
}

function Quarantined({ event }: { event: QuarantinedEvent }): JSX.Element {
  return (
    <details className="quarantined">
      <summary>
        <span>{event.reason}</span>
        <span className="muted small">{event.source}, <Ago time={event.receivedAt} /></span>
      </summary>
      <pre className="code" tabIndex={0}><code>{event.raw}</code></pre>
    </details>
  );
}

/** The plain values of the card; tables inside it stay in the API. */
function Model({ model }: { model: ModelInUse }): JSX.Element {
  const plain = Object.entries(model.card).flatMap(([name, value]): [string, string][] => {
    if (typeof value === "string") return [[name, value]];
    if (typeof value === "number") return [[name, formatNumber(value)]];
    return typeof value === "boolean" ? [[name, value ? "yes" : "no"]] : [];
  });
  return (
    <dl className="card-values">
      <div><dt>Version</dt><dd>{model.version}</dd></div>
      {plain.filter(([name]) => name !== "version").map(([name, value]) => (
        <div key={name}><dt>{spaced(name)}</dt><dd>{value}</dd></div>
      ))}
    </dl>
  );
}
