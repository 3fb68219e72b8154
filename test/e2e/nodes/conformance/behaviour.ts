import type { TestNamespace } from "./test-namespace.ts";

/** What the conformance suite requires of a node, by the suite's names, and a check that fails if it does not hold. */
export interface Behaviour {
  /** Several if one check shows them all. */
  readonly names: readonly string[];
  readonly check: (namespace: TestNamespace, nodes: TestNodes) => Promise<void>;
}

export interface TestNodes {
  readonly first: string;
  /** For files that pods leave on the machine. */
  readonly directory: string;
  readonly kubectl: (words: readonly string[]) => Promise<string>;
  /** A port of the first machine that answers gRPC health checks; pods with the machine's network reach it. */
  readonly grpcPort: number;
}

export const behaviour = (name: string, check: Behaviour["check"]): Behaviour => ({ names: [name], check });
