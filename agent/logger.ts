/** Messages of the agent for whoever started it. */
export interface Logger {
  info(message: string): void;
  warn(message: string): void;
}
