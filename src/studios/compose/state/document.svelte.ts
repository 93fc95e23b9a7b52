import {
  emptyDraft,
  nextNoteId,
  NO_COUNTS,
  type Composition,
  type Draft,
  type RunCounts,
  type RunSettings,
  type Version,
} from '../engine/composition.ts';
import { moveLocks } from '../engine/constraints.ts';
import { type MixerSettings } from '../engine/mixer-settings.ts';
import { partsOf } from '../engine/parts.ts';
import type { Constraints } from '../engine/rules.ts';
import {
  isSameMusic,
  onGrid,
  scoreToRoll,
  sortNotes,
  stepsOf,
  type NewNote,
  type Score,
  type ScoreNote,
} from '../engine/score.ts';
import type { SamplerSettings } from '../engine/settings.ts';
import { VoiceSearch } from '../engine/voice-search.ts';

/** Rows of the network's roll; `compose.worker` refuses another manifest. */
export const RANGE = { pitches: 48, pitchLowMidi: 36 } as const;

type Versions = readonly Version[];

/** A step that concerned the versions, told so that those which came since stay. */
interface VersionsStep {
  readonly back: (versions: Versions) => Versions;
  readonly again: (versions: Versions) => Versions;
}

/** Changes of one setting that follow each other faster than this are one movement of a slider. */
const ONE_MOVEMENT_MS = 1000;

/** When a change is part of the step of undo before it: if that one has the same key. */
export interface Joining {
  /** Of one gesture on the roll: however long it takes. */
  readonly merge?: string;
  /** Of one setting: while it is being moved, and not when somebody comes back to it. */
  readonly setting?: string;
}

interface Moment {
  readonly draft: Draft;
  /** What was done to get away from it. */
  readonly label: string;
  readonly merge: string | undefined;
  readonly setting?: string | undefined;
  readonly versions?: VersionsStep;
}

/** The composition that is open: its notes and settings with undo over them, what is selected, and its kept versions. */
export class ComposeDocument {
  readonly id: string;
  readonly createdAtMs: number;
  #draft = $state.raw<Draft>(emptyDraft('Untitled'));
  #past = $state.raw<readonly Moment[]>([]);
  #future = $state.raw<readonly Moment[]>([]);
  #versions = $state.raw<Versions>([]);
  #selection = $state.raw<ReadonlySet<number>>(new Set());
  /** Steps [from, to) and pitches [low, high] that were drawn on the roll. */
  region = $state.raw<SelectedRegion | undefined>();
  /** Undefined in a tab that may only look. */
  readonly #onChange: ((composition: Composition) => void) | undefined;
  #changedAtMs: number;
  /** When `change` was called last, milliseconds of the page's clock. */
  #changedMs = Number.NEGATIVE_INFINITY;

  constructor(composition: Composition, onChange?: (composition: Composition) => void) {
    this.id = composition.id;
    this.createdAtMs = composition.createdAtMs;
    this.#changedAtMs = composition.changedAtMs;
    // Kept before it said what it was made from: of none.
    this.#draft = { ...composition.draft, version: composition.draft.version ?? 0 };
    this.#versions = composition.versions;
    this.#onChange = onChange;
  }

  get draft(): Draft {
    return this.#draft;
  }
  get score(): Score {
    return this.#draft.score;
  }
  get title(): string {
    return this.#draft.title;
  }
  get mixer(): MixerSettings {
    return this.#draft.mixer;
  }
  get versions(): Versions {
    return this.#versions;
  }
  /** Ids of the notes that are selected; those that are gone are left out. */
  get selection(): ReadonlySet<number> {
    return this.#selection;
  }
  get canUndo(): boolean {
    return this.#past.length > 0;
  }
  get canRedo(): boolean {
    return this.#future.length > 0;
  }
  get undoLabel(): string {
    return this.#past.at(-1)?.label ?? '';
  }
  get redoLabel(): string {
    return this.#future.at(-1)?.label ?? '';
  }
  /** Steps of the score. */
  readonly steps = $derived(stepsOf(this.#draft.score));
  /** The roll that the network sees. */
  readonly rolled = $derived(scoreToRoll(this.#draft.score, RANGE));
  /** Of the voices: after an edit it goes on from the score before. */
  readonly #voices = new VoiceSearch();
  /** By note id: 0 soprano … 3 bass. */
  readonly parts: ReadonlyMap<number, number> = $derived(
    partsOf(this.#draft.score, this.rolled.roll, this.#voices),
  );

  partOf = (noteId: number): number => this.parts.get(noteId) ?? 0;

  /** Everything, as it is kept. */
  get composition(): Composition {
    return {
      id: this.id,
      createdAtMs: this.createdAtMs,
      changedAtMs: this.#changedAtMs,
      draft: this.#draft,
      versions: this.#versions,
    };
  }

  /**
   * Changes the composition, as one step of undo.
   *
   * @param label what is done, e.g. `Move notes`
   * @param next the draft after it
   * @param joining what it is one step with
   */
  change(label: string, next: (draft: Draft) => Draft, { merge, setting }: Joining = {}): void {
    const before = this.#draft;
    const after = next(before);
    if (after === before) return;
    const last = this.#past.at(-1);
    const nowMs = performance.now();
    const isSame =
      (merge !== undefined && last?.merge === merge) ||
      (setting !== undefined && last?.setting === setting && nowMs - this.#changedMs < ONE_MOVEMENT_MS);
    this.#changedMs = nowMs;
    if (!isSame || this.#future.length > 0)
      this.#past = [...this.#past, { draft: before, label, merge, setting }];
    this.#future = [];
    this.#set(after);
  }

  /** Changes only the notes; what the last run did is no longer what is there. */
  changeScore(label: string, next: (score: Score) => Score, joining?: Joining): void {
    this.change(
      label,
      (draft) => {
        const score = next(draft.score);
        return score === draft.score ? draft : { ...draft, score, lastRun: NO_COUNTS };
      },
      joining,
    );
  }

  /** Changes what the network is asked for; `setting` as for `change`. */
  changeRun(next: (run: RunSettings) => RunSettings, setting?: string): void {
    this.change(
      'Change the settings',
      (draft) => ({ ...draft, run: next(draft.run) }),
      setting === undefined ? {} : { setting },
    );
  }

  changeSettings(change: Partial<SamplerSettings>, setting: string): void {
    this.changeRun((run) => ({ ...run, settings: { ...run.settings, ...change } }), setting);
  }

  /** Changes how it sounds; `setting` as for `change`, of the mixer's own. */
  changeMixer(next: (mixer: MixerSettings) => MixerSettings, setting: string): void {
    this.change('Change the mixer', (draft) => ({ ...draft, mixer: next(draft.mixer) }), {
      setting: `mixer ${setting}`,
    });
  }

  setConstraints(constraints: Constraints, setting?: string): void {
    this.changeRun((run) => ({ ...run, constraints }), setting);
  }

  /** How many steps of undo there are. */
  get undoDepth(): number {
    return this.#past.length;
  }

  /** Makes one step of undo of all steps since a depth. */
  join(depth: number, label: string): void {
    const first = this.#past[depth];
    if (first !== undefined)
      this.#past = [...this.#past.slice(0, depth), { ...first, label, merge: undefined }];
  }

  undo(): void {
    const moment = this.#past.at(-1);
    if (moment === undefined) return;
    this.#past = this.#past.slice(0, -1);
    this.#future = [...this.#future, { ...moment, draft: this.#draft }];
    if (moment.versions !== undefined) this.#versions = moment.versions.back(this.#versions);
    this.#set(moment.draft);
  }

  redo(): void {
    const moment = this.#future.at(-1);
    if (moment === undefined) return;
    this.#future = this.#future.slice(0, -1);
    this.#past = [...this.#past, { ...moment, draft: this.#draft, merge: undefined }];
    if (moment.versions !== undefined) this.#versions = moment.versions.again(this.#versions);
    this.#set(moment.draft);
  }

  select(ids: Iterable<number>): void {
    this.#selection = new Set(ids);
  }

  /** @returns ids of the new notes */
  addNotes(notes: readonly NewNote[], label: string, joining?: Joining): number[] {
    const first = nextNoteId(this.score);
    const made = notes.map((note, at): ScoreNote => ({ ...note, id: first + at }));
    this.changeScore(label, (score) => ({ ...score, notes: sortNotes([...score.notes, ...made]) }), joining);
    return made.map(({ id }) => id);
  }

  /** Takes a version out, as a step of undo. @returns puts it back */
  removeVersion(id: number): () => void {
    const at = this.#versions.findIndex((version) => version.id === id);
    const removed = this.#versions[at];
    if (removed === undefined) return () => undefined;
    const back = (versions: Versions): Versions =>
      versions.some((version) => version.id === id) ? versions : versions.toSpliced(at, 0, removed);
    const step = { back, again: (versions: Versions) => versions.filter((version) => version.id !== id) };
    this.#changeVersions(`Delete “${removed.name}”`, step);
    return () => {
      // It is as if it had not been: a step that does nothing would be left.
      this.#past = this.#past.filter(({ versions }) => versions !== step);
      this.#future = this.#future.filter(({ versions }) => versions !== step);
      this.#setVersions(back(this.#versions));
    };
  }

  /** Names or stars a version, as a step of undo. */
  markVersion(id: number, next: Partial<Pick<Version, 'name' | 'isStarred'>>): void {
    const version = this.#versions.find((one) => one.id === id);
    if (version === undefined) return;
    const { name, isStarred } = version;
    if ((next.name ?? name) === name && (next.isStarred ?? isStarred) === isStarred) return;
    const setTo =
      (mark: Partial<Version>) =>
      (versions: Versions): Versions =>
        versions.map((one) => (one.id === id ? { ...one, ...mark } : one));
    const what = next.isStarred === undefined ? 'Rename' : next.isStarred ? 'Star' : 'Unstar';
    this.#changeVersions(`${what} “${name}”`, { back: setTo({ name, isStarred }), again: setTo(next) });
  }

  #changeVersions(label: string, versions: VersionsStep): void {
    this.#past = [...this.#past, { draft: this.#draft, label, merge: undefined, versions }];
    this.#future = [];
    this.#setVersions(versions.again(this.#versions));
  }

  removeNotes(ids: ReadonlySet<number>, label: string): void {
    if (ids.size === 0) return;
    this.changeScore(label, (score) => ({ ...score, notes: score.notes.filter(({ id }) => !ids.has(id)) }));
  }

  /** Changes some notes in place; the order is kept up, and a note that is locked stays so. */
  changeNotes(
    ids: ReadonlySet<number>,
    label: string,
    next: (note: ScoreNote) => ScoreNote,
    joining?: Joining,
  ): void {
    if (ids.size === 0) return;
    this.change(
      label,
      (draft) => {
        const { score, locked } = draft;
        const changed = score.notes.map((note) => (ids.has(note.id) ? next(note) : note));
        return {
          ...draft,
          score: { ...score, notes: sortNotes(changed) },
          locked:
            locked &&
            moveLocks(
              locked,
              { ...RANGE, steps: stepsOf(score) },
              score.notes.map(onGrid),
              changed.map(onGrid),
            ),
          lastRun: NO_COUNTS,
        };
      },
      joining,
    );
  }

  /** Keeps what a run under way has made so far, in case the page dies. It is no step of undo, and not on the roll. */
  keepMoment(score: Score, lastRun: RunCounts): void {
    this.#onChange?.({ ...this.composition, draft: { ...this.#draft, score, lastRun } });
  }

  /** The version that has the notes, tempo and length that are there now. */
  get sameVersion(): Version | undefined {
    return this.#versions.findLast(({ score }) => isSameMusic(score, this.score));
  }

  /** Keeps the composition as it is now as a version, unless one has the same music. */
  keepVersion(name: string, nowMs: number): Version {
    const same = this.sameVersion;
    if (same !== undefined) {
      this.#draft = { ...this.#draft, version: same.id };
      this.#tell();
      return same;
    }
    const version: Version = {
      id: this.#versions.reduce((highest, { id }) => Math.max(highest, id), 0) + 1,
      name,
      isStarred: false,
      createdAtMs: nowMs,
      parent: this.currentVersion,
      score: this.score,
      lastRun: this.#draft.lastRun,
    };
    this.#draft = { ...this.#draft, version: version.id };
    this.#setVersions([...this.#versions, version]);
    return version;
  }

  /** The version that what is on the roll was made from; 0: none. */
  get currentVersion(): number {
    return this.#draft.version;
  }

  #setVersions(versions: Versions): void {
    this.#versions = versions;
    this.#tell();
  }

  #set(draft: Draft): void {
    this.#draft = draft;
    const ids = new Set(draft.score.notes.map(({ id }) => id));
    if ([...this.#selection].some((id) => !ids.has(id)))
      this.#selection = new Set([...this.#selection].filter((id) => ids.has(id)));
    this.#tell();
  }

  #tell(): void {
    this.#changedAtMs = Date.now();
    this.#onChange?.(this.composition);
  }
}

/** A rectangle that was drawn on the roll. */
export interface SelectedRegion {
  readonly startStep: number;
  /** Exclusive. */
  readonly endStep: number;
  readonly lowMidi: number;
  /** Inclusive. */
  readonly highMidi: number;
}
