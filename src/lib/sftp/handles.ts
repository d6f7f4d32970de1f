import { closeSync } from "node:fs";

/** What a handle stands for. */
export type Open =
  | { readonly kind: "file"; readonly fd: number; readonly appends: boolean }
  /** The names that were not told yet. */
  | { readonly kind: "directory"; readonly path: string; left: readonly string[] };

const most = 1000;

/** What the client has open, by names that only this conversation knows. */
export class Handles {
  private readonly open = new Map<string, Open>();
  private next = 0;

  /** @throws Error with code EMFILE when there are too many */
  add(open: Open): string {
    if (this.open.size >= most) {
      if (open.kind === "file") closeSync(open.fd);
      throw Object.assign(new Error("too many open files"), { code: "EMFILE" });
    }
    const handle = String(this.next++);
    this.open.set(handle, open);
    return handle;
  }

  /** @throws Error with code EBADF when it is none of that kind */
  get<K extends Open["kind"]>(handle: string, kind: K): Open & { readonly kind: K } {
    const found = this.open.get(handle);
    if (found?.kind !== kind) throw Object.assign(new Error("no such handle"), { code: "EBADF" });
    return found as Open & { readonly kind: K };
  }

  close(handle: string): void {
    const found = this.open.get(handle) ?? this.get(handle, "file");
    this.open.delete(handle);
    if (found.kind === "file") closeSync(found.fd);
  }
}
