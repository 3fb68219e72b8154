/** Server-side apply (`application/apply-patch+yaml`). */
import { failure } from "../../../api/machinery/status.ts";
import type { Updated } from "../../registry/update.ts";
import { ApiError } from "../api-error.ts";
import type { RequestContext } from "../context.ts";
import type { WriteOptions } from "../options.ts";

export async function applyServerSide(_context: RequestContext, _options: WriteOptions): Promise<Updated> {
  throw new ApiError(
    failure(415, "UnsupportedMediaType", "server-side apply is not served yet: use client-side apply"),
  );
}
