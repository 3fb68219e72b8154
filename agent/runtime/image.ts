export interface ImageObservation {
  readonly id: string;
  /** Shown as imageID in statuses. */
  readonly ref: string;
  readonly names: readonly string[];
  readonly size: number;
  /** The runtime itself needs it. */
  readonly pinned?: boolean;
  /** The user that the image runs as: a number, a name, or neither (root). */
  readonly uid?: number;
  readonly username?: string;
}

export interface RegistryCredentials {
  readonly username?: string;
  readonly password?: string;
  readonly auth?: string;
  readonly identityToken?: string;
  readonly serverAddress?: string;
}
