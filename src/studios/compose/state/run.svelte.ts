import type { Progress } from '../../../kernel/progress.ts';
import { describe, fail, ok, type Result, type StudioError } from '../../../kernel/result.ts';
import { busy } from '../../../platform/busy.ts';
import { ModelStore } from '../../../platform/model-store/store.ts';
import { connectWorker, transfer, type Connection } from '../../../platform/rpc.ts';
import { startWorker } from '../../../platform/worker-start.ts';
import { applyRoll, rollAfter } from '../engine/apply-edits.ts';
import { nextNoteId } from '../engine/composition.ts';
import type { PieceEdit } from '../engine/piece.ts';
import { type Roll } from '../engine/roll.ts';
import type { Score } from '../engine/score.ts';
import { plannedEdits } from '../engine/windows.ts';
import composeUrl from '../worker/compose.worker.ts?worker&url';
import type { ComposeApi, Thought } from '../worker/protocol.ts';
import type { ComposeDocument } from './document.svelte.ts';
import { countsOf, requestOf, type AskedRun } from './run-request.ts';

const MODEL = 'ar-cnn';
const WEIGHTS = 'weights.safetensors';
/** What a run has made is kept so often, so that a page that dies loses no more. */
const KEEP_MS = 1_000;
const SEEDS = 2 ** 32;

/** A run that was made: what it began with, and its edits. */
interface MadeRun {
  readonly document: ComposeDocument;
  readonly before: Score;
  readonly roll: Roll;
  readonly edits: readonly PieceEdit[];
  readonly nextId: number;
}

/** The network: its download, its worker, the run under way, the last run, and what it thinks. */
export class Runner {
  readonly #document: () => ComposeDocument;
  /** Hears of every note that the network writes while it runs. */
  readonly #onNote: (pitchMidi: number) => void;
  #worker: Connection<ComposeApi> | undefined;
  #starting: Promise<Result<Connection<ComposeApi>, StudioError>> | undefined;
  #download = $state.raw<Progress | undefined>();
  #progress = $state.raw<Progress | undefined>();
  #error = $state.raw<StudioError | undefined>();
  #live = $state.raw<Score | undefined>();
  #run = $state.raw<MadeRun | undefined>();
  #step = $state(0);
  /** Runs that versions were made by. */
  readonly #runs = new Map<string, MadeRun>();
  /** Notes as the run put them on the roll last. */
  #shown = $state.raw<Score['notes'] | undefined>();
  #thought = $state.raw<Thought | undefined>();
  /** Does once more what failed. */
  again: () => void = () => void this.compose();
  #isThinking = $state(false);
  #stopping: AbortController | undefined;
  /** Puts what the run under way has made on its piece, and lets go of it. */
  #conclude: (() => void) | undefined;
  /** Single steps since something else was done: each has a random number of its own. */
  #singleSteps = 0;
  #asked = 0;

  constructor(document: () => ComposeDocument, onNote: (pitchMidi: number) => void) {
    this.#document = document;
    this.#onNote = onNote;
  }

  /** The network's download, while it runs. */
  get download(): Progress | undefined {
    return this.#download;
  }
  /** Edits made of those planned, while a run is under way. */
  get progress(): Progress | undefined {
    return this.#progress;
  }
  get error(): StudioError | undefined {
    return this.#error;
  }
  /** The score as the run under way has it. */
  get live(): Score | undefined {
    return this.#live;
  }
  /** Edits of the last run, when what is on the roll is still one of its moments. */
  get editCount(): number {
    // A change by hand is no moment of the run: going through it would take the change away.
    const document = this.#document();
    return this.#run?.document === document && this.#shown === document.score.notes
      ? this.#run.edits.length
      : 0;
  }
  /** After how many of them the roll is shown. */
  get step(): number {
    return this.#step;
  }
  /** What the network thinks of each cell, when it was asked. */
  get thought(): Thought | undefined {
    return this.#thought;
  }
  get isThinking(): boolean {
    return this.#isThinking;
  }

  /**
   * Runs the network on what is there; what it has made until `stop` is kept, on the piece that it was begun with.
   *
   * @param asked what is not as the composition says
   * @returns whether it made anything
   */
  async compose(asked: AskedRun = {}): Promise<boolean> {
    if (this.#progress !== undefined) return false;
    if (asked.iterations === undefined) this.#singleSteps = 0;
    const document = this.#document();
    const request = requestOf(document, asked);
    const endBusy = busy().begin();
    const stop = new AbortController();
    this.#stopping = stop;
    this.#error = undefined;
    this.#progress = {
      phase: 'composing',
      done: 0,
      total: plannedEdits(request.settings, request.roll.steps),
      unit: 'edits',
    };
    const before = document.score;
    const nextId = nextNoteId(before);
    const edits: PieceEdit[] = [];
    const cells = request.roll.cells.slice();
    const { port1, port2 } = new MessageChannel();
    let frame = 0;
    let keptMs = performance.now();
    const show = (): void => {
      frame = 0;
      this.#live = applyRoll(before, { ...request.roll, cells: cells.slice() }, nextId);
      if (this.#progress !== undefined) this.#progress = { ...this.#progress, done: edits.length };
      if (performance.now() - keptMs < KEEP_MS) return;
      keptMs = performance.now();
      document.keepMoment(this.#live, countsOf(request.roll.cells, cells));
    };
    let isOver = false;
    const finish = (made: readonly PieceEdit[]): void => {
      if (isOver) return;
      isOver = true;
      port1.close();
      cancelAnimationFrame(frame);
      this.#live = undefined;
      this.#progress = undefined;
      this.#conclude = undefined;
      if (made.length > 0) this.#finish({ document, before, roll: request.roll, edits: made, nextId }, asked);
      endBusy();
    };
    this.#conclude = () => finish(edits);
    port1.onmessage = ({ data }: MessageEvent<readonly PieceEdit[]>) => {
      for (const edit of data) {
        edits.push(edit);
        cells[edit.step * request.roll.pitches + edit.pitch] = edit.on ? 1 : 0;
        if (edit.on) this.#onNote(request.roll.pitchLowMidi + edit.pitch);
      }
      if (frame === 0) frame = requestAnimationFrame(show);
    };
    try {
      const worker = await this.#ready();
      if (!worker.ok) {
        this.#error = worker.error;
        return false;
      }
      // Stopped while the network was still coming.
      if (stop.signal.aborted) return false;
      const answer = await worker.value.api.compose(request, [], transfer(port2, [port2]), {
        signal: stop.signal,
      });
      if (!answer.ok) this.#error = answer.error;
      finish(answer.ok ? answer.value.edits : edits);
    } catch (cause) {
      // Ended from here, with all that it had made.
      if (isOver) return edits.length > 0;
      // The worker died: what it had sent is kept, and the next run starts another.
      this.#lose();
      this.#error = fail('network-failed', `The network stopped: ${describe(cause)}.`, {
        hint: 'What it had written is kept. Run it again.',
        retryable: true,
        cause,
      }).error;
    } finally {
      finish(edits);
    }
    return edits.length > 0;
  }

  /** One edit, and what it thinks afterwards. */
  async stepOnce(): Promise<void> {
    const { run } = this.#document().draft;
    const seed = (run.settings.seed + this.#singleSteps) % SEEDS;
    this.#singleSteps += 1;
    await this.compose({ iterations: 1, run: { ...run, settings: { ...run.settings, seed } } });
    await this.think();
  }

  stop(): void {
    this.#stopping?.abort();
  }

  /** Stops at once: what the run has made so far is on its piece when this returns. */
  end(): void {
    this.stop();
    this.#conclude?.();
  }

  /** Shows the roll after so many edits of the last run. */
  scrub(step: number): void {
    const run = this.#run;
    if (run === undefined || this.editCount === 0) return;
    this.#step = Math.max(0, Math.min(run.edits.length, Math.round(step)));
    this.#put('Go to a step of the run', run, this.#step, 'scrub');
  }

  /** A version is on the roll: the run that made it can be gone through again, if it was made since the page was opened. */
  recall(versionId: number): void {
    this.forget();
    const document = this.#document();
    const run = this.#runs.get(keyOf(document, versionId));
    if (run?.document !== document) return;
    this.#run = run;
    this.#step = run.edits.length;
    this.#shown = document.score.notes;
  }

  /** Another composition is on the roll. */
  forget(): void {
    this.#run = undefined;
    this.#step = 0;
    this.#singleSteps = 0;
  }

  /** Asks the network what it would flip next. */
  async think(): Promise<void> {
    const asked = (this.#asked += 1);
    this.#isThinking = true;
    const document = this.#document();
    const request = requestOf(document, {});
    try {
      const worker = await this.#ready();
      if (asked !== this.#asked) return;
      if (!worker.ok) {
        this.#error = worker.error;
        return;
      }
      const answer = await worker.value.api.think(request);
      if (asked !== this.#asked) return;
      if (answer.ok) this.#thought = answer.value;
      else this.#error = answer.error;
    } catch (cause) {
      this.#lose();
      this.#error = fail('network-failed', `The network stopped: ${describe(cause)}.`, {
        retryable: true,
        cause,
      }).error;
    } finally {
      if (asked === this.#asked) this.#isThinking = false;
    }
  }

  stopThinking(): void {
    this.#asked += 1;
    this.#thought = undefined;
    this.#isThinking = false;
  }

  close(): void {
    this.end();
    this.#worker?.close();
    // One that is still being started is of no use to anybody.
    void this.#starting?.then((started) => {
      if (started.ok) started.value.close();
    });
  }

  #finish(run: MadeRun, { version }: AskedRun): void {
    this.#run = run;
    this.#step = run.edits.length;
    this.#put('Compose', run, run.edits.length);
    if (version === undefined || run.document.score === run.before) return;
    const { id } = run.document.keepVersion(version, Date.now());
    this.#runs.set(keyOf(run.document, id), run);
  }

  #put(label: string, run: MadeRun, count: number, merge?: string): void {
    const after = rollAfter(run.roll, run.edits, count);
    run.document.change(
      label,
      (draft) => ({
        ...draft,
        score: {
          ...draft.score,
          notes: count === 0 ? run.before.notes : applyRoll(run.before, after, run.nextId).notes,
        },
        lastRun: countsOf(run.roll.cells, after.cells),
      }),
      merge === undefined ? {} : { merge },
    );
    this.#shown = run.document.score.notes;
  }

  #ready(): Promise<Result<Connection<ComposeApi>, StudioError>> {
    this.#starting ??= this.#start().then((started) => {
      if (!started.ok) this.#starting = undefined;
      return started;
    });
    return this.#starting;
  }

  async #start(): Promise<Result<Connection<ComposeApi>, StudioError>> {
    const store = new ModelStore(new URL('models/', document.baseURI));
    const manifest = await store.manifest(MODEL);
    if (!manifest.ok) return manifest;
    const weights = await store.file(manifest.value, WEIGHTS, {
      onProgress: (progress) => (this.#download = progress),
    });
    this.#download = undefined;
    if (!weights.ok) return weights;
    const worker = await startWorker(composeUrl, 'compose');
    if (!worker.ok) return worker;
    const connection = connectWorker<ComposeApi>(worker.value);
    const { bytes } = weights.value;
    const loaded = await connection.api.load(transfer(bytes, [bytes]), manifest.value.raw);
    if (!loaded.ok) {
      connection.close();
      return loaded;
    }
    this.#worker = connection;
    return ok(connection);
  }

  #lose(): void {
    this.#worker?.close();
    this.#worker = undefined;
    this.#starting = undefined;
  }
}

const keyOf = (document: ComposeDocument, versionId: number): string => `${document.id} ${versionId}`;
