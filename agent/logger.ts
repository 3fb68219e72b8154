/** Messages of the agent for the user who started it. */
export interface Logger {
  info(message: string): void;
  warn(message: string): void;
}
