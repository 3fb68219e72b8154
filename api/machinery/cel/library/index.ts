/** All functions that expressions in custom resources may call. */
import { libraryOf } from "../declaration.ts";
import { authorizers } from "./authorizer.ts";
import { formats } from "./formats.ts";
import { lists } from "./lists.ts";
import { network } from "./network.ts";
import { quantities } from "./quantity.ts";
import { semvers } from "./semver.ts";
import { standard } from "./standard.ts";
import { strings } from "./strings.ts";
import { urls } from "./url.ts";

export const kubernetesDeclarations = [
  standard,
  strings,
  lists,
  urls,
  quantities,
  network,
  semvers,
  formats,
  // Validation rules get no authorizer, but its functions are declared all the same.
  authorizers,
] as const;

export const kubernetesLibrary = libraryOf(...kubernetesDeclarations);
