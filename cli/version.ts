/** Written in by scripts/build.mjs from package.json. */
declare const SAILPLANE_VERSION: string;
export const version: string = SAILPLANE_VERSION;

/** The version of the API that is served. */
export const kubernetesVersion = "1.36";
