import type { TestNamespace } from "./test-namespace.ts";

/** What the conformance suite requires of a node, by the names it has there, and a check that fails where it does not hold. */
export interface Behaviour {
  /** Several that one check shows. */
  readonly names: readonly string[];
  readonly check: (namespace: TestNamespace, nodes: TestNodes) => Promise<void>;
}

export interface TestNodes {
  readonly first: string;
  /** For what pods leave on the machine. */
  readonly directory: string;
  readonly kubectl: (words: readonly string[]) => Promise<string>;
  /** Answers health checks of gRPC on the first machine, where a pod with the machine's network finds it. */
  readonly grpcPort: number;
}

export const behaviour = (name: string, check: Behaviour["check"]): Behaviour => ({ names: [name], check });
