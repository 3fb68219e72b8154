/** Filled in by scripts/build.mjs from package.json. */
declare const SAILPLANE_VERSION: string;
export const version: string = SAILPLANE_VERSION;

/** The Kubernetes API version that is served. */
export const kubernetesVersion = "1.36";
