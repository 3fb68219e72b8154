/**
 * Registers this node with the API, retrying until it succeeds: at the start, after every reconnect, and when something
 * about it has changed.
 */
import { errorMessage } from "../../api/error-message.ts";
import type { Node } from "../../api/generated/core.v1.ts";
import type { ApiClient } from "../../client/api-client.ts";
import { steadyNow } from "../steady-now.ts";
import type { NodeFacts } from "./node-object.ts";
import { registerNode, renewLease } from "./registration.ts";

const FIRST_RETRY_MS = 250;
const MAX_RETRY_MS = 4000;
/** A control plane that is just starting need not be reported. */
const PATIENCE_MS = 3000;

export interface RegistrarOptions {
  readonly client: ApiClient;
  /** The current state of the node. */
  readonly facts: () => NodeFacts;
  /** Reports what accompanies the Node; fails if that does not succeed. */
  readonly publishDrivers: (node: Node) => Promise<void>;
  readonly onRegistered: (node: Node, since: { readonly isFirst: boolean; readonly hasRebooted: boolean }) => void;
  readonly print: (message: string) => void;
  readonly signal: AbortSignal;
}

export class Registrar {
  readonly #options: RegistrarOptions;
  #isFirst = true;
  #publishing: Promise<void> = Promise.resolve();
  /** Begins after the current registration, and so covers everything that changes until then. */
  #next: Promise<void> | undefined;
  /** Ends the pause between two attempts. */
  #skipDelay: () => void = () => {};

  constructor(options: RegistrarOptions) {
    this.#options = options;
    options.signal.addEventListener("abort", () => this.#skipDelay());
  }

  /**
   * Settles when the API has the node's current state. Needed after every reconnect, too: the control plane may have
   * given up on the node meanwhile. However often it is called, one registration is under way and one waits.
   */
  register(): Promise<void> {
    this.#skipDelay();
    this.#next ??= this.#publishing.then(() => {
      this.#next = undefined;
      this.#publishing = this.#publish();
      return this.#publishing;
    });
    return this.#next;
  }

  async #publish(): Promise<void> {
    const { client, facts: factsNow, publishDrivers, onRegistered, print, signal } = this.#options;
    let lastMessage = "";
    let wait = FIRST_RETRY_MS;
    const started = steadyNow();
    while (!signal.aborted) {
      try {
        const facts = factsNow();
        const { node, hasRebooted } = await registerNode(client, facts);
        await renewLease(client, node);
        await publishDrivers(node);
        if (factsNow().notReady !== facts.notReady) continue;
        if (lastMessage !== "") print("the node is registered");
        onRegistered(node, { isFirst: this.#isFirst, hasRebooted });
        this.#isFirst = false;
        return;
      } catch (error) {
        const message = errorMessage(error);
        if (message !== lastMessage && steadyNow() - started > PATIENCE_MS) {
          print(`the node cannot register yet: ${message}`);
          lastMessage = message;
        }
        if (signal.aborted) return;
        await this.#pause(wait);
        wait = Math.min(wait * 2, MAX_RETRY_MS);
      }
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#skipDelay = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
