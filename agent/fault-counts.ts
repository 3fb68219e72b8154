/** Errors that nothing expected, since the program started: they are faults of this project. */
export class FaultCounts {
  /** Each ended one connection, or left out one object. */
  contained = 0;
  /** Each ended the agent, which was started again. */
  restarts = 0;
}
