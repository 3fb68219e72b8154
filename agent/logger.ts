/** What the agent has to say to whoever started it. */
export interface Logger {
  info(message: string): void;
  warn(message: string): void;
}
