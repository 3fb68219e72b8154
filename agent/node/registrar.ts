/** Tells the API of this node until it is heard: when it comes, after every reconnect, and when something of it has changed. */
import type { Node } from "../../api/generated/core.v1.ts";
import type { ApiClient } from "../../client/api-client.ts";
import { steadyNow } from "../steady-now.ts";
import type { NodeFacts } from "./node-object.ts";
import { registerNode, renewLease } from "./registration.ts";

const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 4000;
/** A control plane that is just starting is not worth a word. */
const PATIENCE_MS = 3000;

export interface RegistrarOptions {
  readonly client: ApiClient;
  /** As the node is now. */
  readonly facts: () => NodeFacts;
  /** Tells what goes with the Node; fails where that is not heard. */
  readonly tellMore: (node: Node) => Promise<void>;
  readonly onRegistered: (node: Node, since: { readonly isFirst: boolean; readonly hasRebooted: boolean }) => void;
  readonly say: (message: string) => void;
  readonly signal: AbortSignal;
}

export class Registrar {
  readonly #options: RegistrarOptions;
  #isFirst = true;
  #telling: Promise<void> = Promise.resolve();
  /** Begins after the one under way, and so tells of whatever has changed until then. */
  #next: Promise<void> | undefined;
  /** Ends the pause between two attempts. */
  #hurry: () => void = () => {};

  constructor(options: RegistrarOptions) {
    this.#options = options;
    options.signal.addEventListener("abort", () => this.#hurry());
  }

  /**
   * Settles when the API knows the node as it is now. Also after every reconnect: the control plane may have given the node up
   * meanwhile. However often it is asked for, one is under way and one waits.
   */
  register(): Promise<void> {
    this.#hurry();
    this.#next ??= this.#telling.then(() => {
      this.#next = undefined;
      this.#telling = this.#tell();
      return this.#telling;
    });
    return this.#next;
  }

  async #tell(): Promise<void> {
    const { client, facts: factsNow, tellMore, onRegistered, say, signal } = this.#options;
    let told = "";
    let wait = FIRST_RETRY_MS;
    const started = steadyNow();
    while (!signal.aborted) {
      try {
        const facts = factsNow();
        const { node, hasRebooted } = await registerNode(client, facts);
        await renewLease(client, node);
        await tellMore(node);
        if (factsNow().notReady !== facts.notReady) continue;
        if (told !== "") say("the node is registered");
        onRegistered(node, { isFirst: this.#isFirst, hasRebooted });
        this.#isFirst = false;
        return;
      } catch (error) {
        const { message } = error as Error;
        if (message !== told && steadyNow() - started > PATIENCE_MS) {
          say(`the node cannot register yet: ${message}`);
          told = message;
        }
        if (signal.aborted) return;
        await this.#pause(wait);
        wait = Math.min(wait * 2, LONGEST_RETRY_MS);
      }
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#hurry = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
