// Requests to the gateway, and its problems in words.

export class Problem extends Error {
  constructor(status, body) {
    super(body.detail ?? "Something went wrong; try again.");
    this.status = status;
    this.violations = body.violations ?? [];
  }

  // The detail as a sentence; violations that it does not hold already follow.
  get words() {
    const others = this.violations.map((each) => each.description).filter((text) => text && !this.message.includes(text));
    return sentence([this.message, ...others].join(". "));
  }
}

export const OFFLINE = "The server does not answer. Check the network and try again.";

// The answer's JSON, or null for an empty one; throws Problem.
export async function send(method, url, body, headers = {}) {
  let answer;
  try {
    const content = body === undefined ? undefined : JSON.stringify(body);
    // A change is sent to its end even when the page is left meanwhile.
    const keepalive = (content?.length ?? 0) < 60_000;
    const type = content === undefined ? {} : { "Content-Type": "application/json" };
    answer = await fetch(url, { method, keepalive, body: content, headers: { Accept: "application/json", ...type, ...headers } });
  } catch {
    throw new Problem(0, { detail: OFFLINE });
  }
  return read(answer.status, await answer.text());
}

// The JSON of an answer; throws Problem when it is one.
export function read(status, text) {
  if (status === 401) location.reload();
  const json = parse(text);
  if (status >= 400 || status === 0) throw new Problem(status, json ?? {});
  return json;
}

function parse(text) {
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

function sentence(text) {
  const whole = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(whole) ? whole : `${whole}.`;
}
