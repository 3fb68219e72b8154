/**
 * What the node tells of its pods and asks for them, in as few requests as will do: what comes up side by side, and while earlier
 * reports are under way, goes together (docs/spec/node-link.md, LINK-REPORTS). One alone is an ordinary request.
 */
import type { Answered, Asked } from "../../api/asked.ts";
import { MOST_REPORTS, type ReportAnswers } from "../../api/node/node-reports.ts";

/** Nobody waits for an event: it may go along with what follows it. */
const EVENTS_MS = 100;
/** One may wait for a webhook; that is no reason to be silent. */
const UNDER_WAY = 2;

/** A control plane that does not know the path does not let nodes know that: who may not ask for one is told so first. */
const UNKNOWN: ReadonlySet<number> = new Set([403, 404, 405]);
/** The report as such is refused; not who sends it (401), nor for now (429). */
const isRefused = (code: number): boolean => code >= 400 && code < 500 && code !== 401 && code !== 429;

interface Waiting {
  readonly asked: Asked;
  readonly answer: (answered: Answered) => void;
  readonly fail: (error: unknown) => void;
}

export class Reports {
  readonly #path: string;
  readonly #ask: (asked: Asked) => Promise<Answered>;
  #line: Waiting[] = [];
  #underWay = 0;
  /** Something in the line has waited for long enough. */
  #isDue = false;
  #timer: NodeJS.Timeout | undefined;
  /** The control plane is of a time before reports. */
  #knowsNone = false;

  constructor(nodeName: string, ask: (asked: Asked) => Promise<Answered>) {
    this.#path = `/sailplane/v1/nodes/${encodeURIComponent(nodeName)}/reports`;
    this.#ask = ask;
  }

  /** Goes at once, with all else that waits. */
  now = (asked: Asked): Promise<Answered> => {
    if (!this.#isDue) setImmediate(() => this.#send());
    this.#isDue = true;
    return this.#join(asked);
  };

  event = (asked: Asked): Promise<Answered> => {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#isDue = true;
      this.#send();
    }, EVENTS_MS);
    return this.#join(asked);
  };

  #join(asked: Asked): Promise<Answered> {
    return new Promise((answer, fail) => this.#line.push({ asked, answer, fail }));
  }

  #send(): void {
    while (this.#isDue && this.#underWay < UNDER_WAY) {
      const together = this.#line.splice(0, MOST_REPORTS);
      this.#isDue = this.#line.length > 0;
      if (together.length > 0) void this.#tell(together);
    }
  }

  async #tell(together: readonly Waiting[]): Promise<void> {
    this.#underWay++;
    await (together.length === 1 || this.#knowsNone ? this.#alone(together) : this.#together(together));
    this.#underWay--;
    this.#send();
  }

  async #alone(waiting: readonly Waiting[]): Promise<void> {
    await Promise.all(waiting.map(({ asked, answer, fail }) => this.#ask(asked).then(answer, fail)));
  }

  async #together(waiting: readonly Waiting[]): Promise<void> {
    const body = JSON.stringify({ asked: waiting.map(({ asked }) => asked) });
    const headers = { "content-type": "application/json" };
    try {
      const answered = await this.#ask({ method: "POST", path: this.#path, headers, body });
      if (isRefused(answered.code)) {
        this.#knowsNone ||= UNKNOWN.has(answered.code);
        return await this.#alone(waiting);
      }
      if (answered.code !== 200) {
        for (const { answer } of waiting) answer(answered);
        return;
      }
      const each = (JSON.parse(answered.body) as ReportAnswers).answered;
      for (const [index, { answer, fail }] of waiting.entries()) {
        const own = each[index];
        if (own) answer(own);
        else fail(new Error("the control plane did not answer"));
      }
    } catch (error) {
      for (const { fail } of waiting) fail(error);
    }
  }
}
