import { storeContract } from "../../test/contracts/store-contract.ts";
import { MemoryStore } from "./memory-store.ts";

storeContract("memory", () => new MemoryStore());
storeContract("memory, what is recent apart", () => new MemoryStore({ recent: true }));
