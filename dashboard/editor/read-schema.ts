/** The API server's OpenAPI documents, one per group version, cached while the page is open. */
import { read } from "../api/connection.ts";
import type { OpenApiDocument } from "./open-api.ts";

const documents = new Map<string, Promise<OpenApiDocument | undefined>>();

export function readSchema(apiVersion: string): Promise<OpenApiDocument | undefined> {
  if (!/^[a-z0-9.-]+(\/[a-z0-9]+)?$/.test(apiVersion)) return Promise.resolve(undefined);
  const known = documents.get(apiVersion);
  if (known) return known;
  const reading = readDocument(`/openapi/v3/${apiVersion.includes("/") ? "apis" : "api"}/${apiVersion}`);
  documents.set(apiVersion, reading);
  // A missing group may appear later, and a lost connection come back.
  void reading.then((document) => document ?? documents.delete(apiVersion));
  return reading;
}

async function readDocument(path: string): Promise<OpenApiDocument | undefined> {
  try {
    const response = await read(path);
    return response.ok ? ((await response.json()) as OpenApiDocument) : undefined;
  } catch {
    return undefined;
  }
}
