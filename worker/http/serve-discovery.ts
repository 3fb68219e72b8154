import type { Context } from "hono";
import type { Bindings } from "./app.ts";

export const serveDiscovery = (_c: Context<Bindings>): Response =>
  new Response("404 page not found\n", { status: 404 });
