/** A node of a walk, which can crash and come back. */
export interface WalkNode {
  readonly name: string;
  readonly isUp: boolean;
  /** Whether its pods are no longer disturbed: the walk is over. */
  calm: boolean;
  start(): Promise<void>;
  /** Everything that it knows is lost. */
  crash(): void;
}
