/** What can go wrong between the page and the gateway, as a person needs to tell it apart. */
export type FailureKind =
  | "unauthorized" // the key does not hold
  | "forbidden" // the key holds, but not for this
  | "notFound"
  | "invalid" // the gateway refused what was asked
  | "unavailable" // the gateway, or a service behind it, cannot answer now
  | "network" // no answer at all
  | "timeout"
  | "malformed"; // an answer that is not what the API promises

export class ApiError extends Error {
  constructor(
    readonly kind: FailureKind,
    message: string,
    readonly status?: number,
    /** What to tell whoever looks into it. */
    readonly requestId?: string,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

interface Problem {
  title?: string;
  detail?: string;
  requestId?: string;
}

/** Reads an RFC 9457 problem; an answer that holds none is told by its status alone. */
export function errorOf(status: number, body: string): ApiError {
  const problem = readProblem(body);
  const words = problem.detail ?? problem.title ?? `the gateway answered with status ${status}`;
  return new ApiError(kindOf(status), sentence(words), status, problem.requestId);
}

function readProblem(body: string): Problem {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
  if (typeof value !== "object" || value === null) return {};
  const fields = value as Record<string, unknown>;
  const text = (name: string): string | undefined => {
    const field = fields[name];
    return typeof field === "string" && field !== "" ? field : undefined;
  };
  const problem: Problem = {};
  const [title, detail, requestId] = [text("title"), text("detail"), text("requestId")];
  if (title !== undefined) problem.title = title;
  if (detail !== undefined) problem.detail = detail;
  if (requestId !== undefined) problem.requestId = requestId;
  return problem;
}

function kindOf(status: number): FailureKind {
  switch (status) {
    case 401: return "unauthorized";
    case 403: return "forbidden";
    case 404: return "notFound";
    case 408: case 504: return "timeout";
    default: return status >= 500 || status === 429 ? "unavailable" : "invalid";
  }
}

/** With a capital at the front and a full stop at the end. */
export function sentence(words: string): string {
  const text = words.trim();
  if (text === "") return text;
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}

/** Any thrown value as one of ours; what is not one of ours is a fault of the page and stays visible as such. */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const words = error instanceof Error ? error.message : String(error);
  return new ApiError("malformed", sentence(`the page could not use the answer: ${words}`));
}
