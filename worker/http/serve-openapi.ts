import type { Context } from "hono";
import type { Bindings } from "./app.ts";

export const serveOpenApi = (_c: Context<Bindings>): Response => new Response("404 page not found\n", { status: 404 });
