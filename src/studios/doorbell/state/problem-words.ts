import type { Hold } from '../engine/announcer.ts';
import type { Message, MessageState } from '../engine/message.ts';
import type { VisitPhase, VisitProblem } from '../engine/visit.ts';

export { doorWords } from '../engine/door-words.ts';

/** What went wrong in a visit, and what to do about it, in a sentence each. */
export const PROBLEM_WORDS: Readonly<Record<VisitProblem, string>> = {
  'not-armed': 'Not armed: only the large text was shown. Press “Start the doorbell” after each reload.',
  'not-kept': 'The browser could not keep this visit: save it to a file before you close the tab.',
  'storage-full':
    'The browser has no more room: some of the recording is kept only until this page is closed. Delete messages or free space on the disk.',
  'not-greeted': 'The greeting was shown, but this browser could not speak it.',
  'no-microphone': 'No microphone was found: plug one in.',
  'microphone-refused': 'The browser does not let this page use the microphone: allow it beside the address.',
  'microphone-lost': 'The microphone was taken away: the recording ends there.',
  'not-recorded': 'Nothing was recorded: the browser could not.',
  'not-closed': 'The browser did not close the recording: its end may be missing.',
  'no-engine': 'Nothing in the list “Transcribe with” can write this down. The recording is kept.',
  'not-transcribed': 'The recording could not be transcribed. It is kept: play it, or transcribe it again.',
  'nothing-said': 'No words were heard in the recording.',
  'transcribing-too-slow': 'Transcribing took too long. The recording is kept.',
  'not-told': 'The browser could not show a notification.',
  stopped: 'Ended by hand.',
  'page-closed': 'The page was closed or reloaded during this visit.',
};

/** Why nobody is announced now. */
export const HOLD_WORDS: Readonly<Record<Hold, string>> = {
  visit: 'a visit is under way',
  'hold-off': 'the pause after the last visit',
  'still-there': 'the last visitor is still there',
  quiet: 'quiet hours',
};

/** What goes on in each phase, for the door and the status. */
export const PHASE_WORDS: Readonly<Record<VisitPhase, string>> = {
  idle: 'Waiting for a visitor',
  seen: 'A visitor was seen',
  greeting: 'Greeting',
  listening: 'Listening',
  transcribing: 'Writing down what was said',
  told: 'Telling you',
};

const STATE_WORDS: Readonly<Record<Exclude<MessageState, 'told'>, string>> = {
  seen: 'seen',
  greeting: 'greeting',
  listening: 'listening',
  transcribing: 'being transcribed',
  failed: 'nothing recorded',
};

/** What there is of a message: that somebody was told of it is not known here. */
export function stateWords({ state, transcript, soundSec }: Message): string {
  if (state !== 'told') return STATE_WORDS[state];
  if (transcript !== '') return soundSec > 0 ? 'recorded, written down' : 'written down';
  return soundSec > 0 ? 'recorded' : 'nothing recorded';
}

/** A message in a few words, where it has no transcript. */
export const summaryOf = ({ transcript, soundSec, by }: Message): string => {
  if (transcript !== '') return transcript;
  if (soundSec > 0) return `A recording of ${Math.round(soundSec)} s`;
  return by === 'ring' ? 'The bell was rung' : 'Somebody was at the door';
};
