/** The container cannot be configured: `CreateContainerConfigError`. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}
