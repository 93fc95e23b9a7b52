/** Where hnswlib's file goes, piece by piece. */
export interface ByteSink {
  write(bytes: Uint8Array): void;
}

/** Where hnswlib's file comes from. */
export interface ByteSource {
  readonly length: number;
  /** Copies bytes from `position` on into `into`, and answers how many. */
  read(position: number, into: Uint8Array): number;
}

type SystemCall = (...args: number[]) => number;

/** Beyond the three standard streams that Emscripten opens. */
const FILE = 1000;
const OK = 0;
/** Error numbers of WASI. */
const ENOENT = 44;
const ENOTTY = 59;
const SEEK_SET = 0;
const SEEK_CUR = 1;

/**
 * The one file that hnswlib reads or writes at a time, behind the system calls that its WebAssembly imports. So its bytes
 * go to and come from us, and the library's own file system (Emscripten's IDBFS, with its own database that two tabs
 * overwrite and a sync that may never end) stays out of it.
 */
export class HnswFiles {
  #sink: ByteSink | undefined;
  #source: ByteSource | undefined;
  #position = 0;
  #failure: Error | undefined;

  /** Runs `action`, in which the library may create one file. */
  writing(sink: ByteSink, action: () => void): void {
    this.#sink = sink;
    this.#run(action);
  }

  /** Runs `action`, in which the library may open one file. */
  reading(source: ByteSource, action: () => void): void {
    this.#source = source;
    this.#run(action);
  }

  /**
   * The module's imports with the calls on files taken over.
   *
   * @param imports what Emscripten's script provides
   * @param heap the module's memory as it is now
   * @param onSync called when the library wants its own file system brought to disk
   */
  imports(imports: WebAssembly.Imports, heap: () => ArrayBuffer, onSync: () => void): WebAssembly.Imports {
    const env = imports.env ?? {};
    const wasi = imports.wasi_snapshot_preview1 ?? {};
    const standard =
      (name: string, own: (...args: number[]) => number): SystemCall =>
      (fd = 0, ...rest) => {
        if (fd === FILE) return own(...rest);
        const call: unknown = wasi[name] ?? env[name];
        return typeof call === 'function' ? Number(Reflect.apply(call, undefined, [fd, ...rest])) : ENOTTY;
      };
    return {
      ...imports,
      env: {
        ...env,
        __syscall_openat: () => this.#open(),
        __syscall_fcntl64: standard('__syscall_fcntl64', () => OK),
        __syscall_ioctl: standard('__syscall_ioctl', () => -ENOTTY),
        // The one embedded script of the library: it would mount IDBFS.
        emscripten_asm_const_int: () => 0,
        syncIdb_js: onSync,
      },
      wasi_snapshot_preview1: {
        ...wasi,
        fd_write: standard('fd_write', (list = 0, count = 0, total = 0) =>
          this.#transfer(heap(), list, count, total, (part) => {
            this.#sink?.write(part);
            return part.length;
          }),
        ),
        fd_read: standard('fd_read', (list = 0, count = 0, total = 0) =>
          this.#transfer(heap(), list, count, total, (part) => {
            const length = this.#source?.read(this.#position, part) ?? 0;
            this.#position += length;
            return length;
          }),
        ),
        fd_seek: standard('fd_seek', (low = 0, high = 0, whence = 0, result = 0) =>
          this.#seek(new DataView(heap()), low, high, whence, result),
        ),
        fd_close: standard('fd_close', () => OK),
      },
    };
  }

  #run(action: () => void): void {
    this.#position = 0;
    try {
      action();
    } finally {
      this.#sink = undefined;
      this.#source = undefined;
      this.#rethrow();
    }
  }

  // What went wrong on our side comes first: what C++ made of it is only a consequence.
  #rethrow(): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure;
  }

  #open(): number {
    return this.#sink === undefined && this.#source === undefined ? -ENOENT : FILE;
  }

  // Hands the pieces of a scatter-gather list over and writes down how many bytes went through.
  #transfer(
    memory: ArrayBuffer,
    list: number,
    count: number,
    total: number,
    move: (part: Uint8Array) => number,
  ): number {
    const view = new DataView(memory);
    let moved = 0;
    try {
      for (let i = 0; i < count; i += 1) {
        const start = view.getUint32(list + 8 * i, true);
        const length = view.getUint32(list + 8 * i + 4, true);
        moved += move(new Uint8Array(memory, start, length));
      }
    } catch (thrown) {
      // An exception must not unwind through C++ frames: it is kept for `#run`, and C++ sees a failed call.
      this.#failure ??= thrown instanceof Error ? thrown : new Error(String(thrown));
      return ENOTTY;
    }
    view.setUint32(total, moved, true);
    return OK;
  }

  #seek(view: DataView, low: number, high: number, whence: number, result: number): number {
    const offset = high * 2 ** 32 + (low >>> 0);
    const end = this.#source?.length ?? this.#position;
    const base = whence === SEEK_SET ? 0 : whence === SEEK_CUR ? this.#position : end;
    this.#position = base + offset;
    view.setUint32(result, this.#position >>> 0, true);
    view.setUint32(result + 4, Math.floor(this.#position / 2 ** 32), true);
    return OK;
  }
}
