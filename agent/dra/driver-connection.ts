/**
 * The connection to a driver, which carries all calls. Kept open, since its end is the only sign that a driver is gone
 * whose registration is another process's, and has stayed.
 */
import { GrpcChannel } from "../grpc/channel.ts";

const AGAIN_MS = 1000;

export class DriverConnection {
  readonly channel: GrpcChannel;
  readonly #onChange: () => void;
  #isLost = false;
  #again: NodeJS.Timeout | undefined;
  #isClosed = false;

  /** `socket` is a path. */
  constructor(socket: string, onChange: () => void) {
    this.#onChange = onChange;
    this.channel = new GrpcChannel({ path: socket }, { onConnection: (isConnected) => this.#changed(isConnected) });
    this.channel.connect();
  }

  /** Not before the first attempt has failed. */
  get isLost(): boolean {
    return this.#isLost;
  }

  #changed(isConnected: boolean): void {
    if (this.#isClosed) return;
    clearTimeout(this.#again);
    if (!isConnected) this.#again = setTimeout(() => this.channel.connect(), AGAIN_MS).unref();
    if (this.#isLost === !isConnected) return;
    this.#isLost = !isConnected;
    this.#onChange();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#again);
    this.channel.close();
  }
}
