import { initialLive, LiveAction, LiveState, readMessage, reconnectDelay, reduceLive } from "./liveState";

/** Most renderings a second are of no use to the eye; what comes faster is shown together. */
const quietTime = 200;
/** Close codes of the gateway: the key does not hold. */
const policyViolation = 1008;

/** The WebSocket at /v1/live: says who we are, hears what is new, and comes back after every loss. */
export class LiveFeed {
  private state: LiveState = initialLive;
  private readonly listeners = new Set<() => void>();
  private socket: WebSocket | undefined;
  private attempt = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private telling: ReturnType<typeof setTimeout> | undefined;
  private isStopped = false;

  constructor(private readonly key: string) {}

  /** For React's useSyncExternalStore. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): LiveState => this.state;

  start(): void {
    this.isStopped = false;
    window.addEventListener("online", this.reconnectNow);
    window.addEventListener("offline", this.noteOffline);
    this.connect();
  }

  stop(): void {
    this.isStopped = true;
    window.removeEventListener("online", this.reconnectNow);
    window.removeEventListener("offline", this.noteOffline);
    clearTimeout(this.retry);
    clearTimeout(this.telling);
    this.socket?.close(1000);
    this.socket = undefined;
  }

  private readonly reconnectNow = (): void => {
    if (this.state.connection.is !== "reconnecting") return;
    clearTimeout(this.retry);
    this.connect();
  };

  private readonly noteOffline = (): void => {
    this.socket?.close(1000);
    this.lose("this computer is offline");
  };

  private connect(): void {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}/v1/live`);
    this.socket = socket;
    socket.onopen = () => socket.send(JSON.stringify({ type: "authenticate", key: this.key }));
    socket.onmessage = (event: MessageEvent<unknown>) => {
      if (this.socket === socket) this.hear(String(event.data));
    };
    socket.onclose = (event) => {
      if (this.socket !== socket) return;
      if (event.code === policyViolation) {
        this.socket = undefined;
        this.take({ type: "refused", reason: event.reason === "" ? "the key does not hold" : event.reason });
        return;
      }
      this.lose(event.reason === "" ? "the connection was lost" : event.reason);
    };
  }

  private hear(text: string): void {
    try {
      const message = readMessage(text);
      if (message === undefined) return;
      if (message.type === "ready") this.attempt = 0;
      this.take({ type: "heard", message, at: Date.now() });
    } catch (error) {
      // A message that cannot be read is a fault of one side; going on would show wrong figures as live ones.
      console.error("a live message cannot be read", error);
      this.socket?.close(4000, "a message cannot be read");
    }
  }

  private lose(reason: string): void {
    if (this.isStopped || this.state.connection.is === "refused") return;
    this.socket = undefined;
    this.attempt += 1;
    this.take({ type: "lost", attempt: this.attempt, reason });
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.connect(), reconnectDelay(this.attempt, Math.random()));
  }

  private take(action: LiveAction): void {
    this.state = reduceLive(this.state, action);
    if (this.telling !== undefined) return;
    this.telling = setTimeout(() => {
      this.telling = undefined;
      for (const listener of this.listeners) listener();
    }, quietTime);
  }
}
