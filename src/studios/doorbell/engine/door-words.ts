import type { VisitPhase } from './visit.ts';

/** What a visitor reads in the door view. */
export interface DoorWords {
  readonly ring: string;
  readonly saidAll: string;
  /** What goes on; `idle`: nothing yet. */
  readonly phases: Readonly<Record<VisitPhase, string>>;
}

const ENGLISH: DoorWords = {
  ring: 'Ring',
  saidAll: 'I have said all',
  phases: {
    idle: 'Press to ring',
    seen: 'Seen',
    greeting: 'Greeting',
    listening: 'Listening',
    transcribing: 'Writing it down',
    told: 'Passing it on',
  },
};

/** The languages of the greetings that come with the page. */
const WORDS: Readonly<Record<string, DoorWords>> = {
  en: ENGLISH,
  de: {
    ring: 'Klingeln',
    saidAll: 'Ich habe alles gesagt',
    phases: {
      idle: 'Zum Klingeln drücken',
      seen: 'Gesehen',
      greeting: 'Begrüßung',
      listening: 'Bitte sprechen',
      transcribing: 'Wird aufgeschrieben',
      told: 'Wird weitergegeben',
    },
  },
  fr: {
    ring: 'Sonner',
    saidAll: 'J’ai tout dit',
    phases: {
      idle: 'Appuyez pour sonner',
      seen: 'Vu',
      greeting: 'Accueil',
      listening: 'Parlez',
      transcribing: 'Transcription',
      told: 'Transmission',
    },
  },
  es: {
    ring: 'Llamar',
    saidAll: 'He terminado',
    phases: {
      idle: 'Pulse para llamar',
      seen: 'Visto',
      greeting: 'Saludo',
      listening: 'Hable, por favor',
      transcribing: 'Transcribiendo',
      told: 'Avisando',
    },
  },
  it: {
    ring: 'Suona',
    saidAll: 'Ho detto tutto',
    phases: {
      idle: 'Premere per suonare',
      seen: 'Visto',
      greeting: 'Saluto',
      listening: 'Parlare ora',
      transcribing: 'Trascrizione',
      told: 'Consegna',
    },
  },
  nl: {
    ring: 'Aanbellen',
    saidAll: 'Ik heb alles gezegd',
    phases: {
      idle: 'Druk om aan te bellen',
      seen: 'Gezien',
      greeting: 'Begroeting',
      listening: 'Spreek maar',
      transcribing: 'Wordt opgeschreven',
      told: 'Wordt doorgegeven',
    },
  },
  pt: {
    ring: 'Tocar',
    saidAll: 'Já disse tudo',
    phases: {
      idle: 'Prima para tocar',
      seen: 'Visto',
      greeting: 'Saudação',
      listening: 'Pode falar',
      transcribing: 'A transcrever',
      told: 'A avisar',
    },
  },
};

/**
 * The words of the door view.
 *
 * @param language of the greeting, BCP 47
 * @returns those of the language and its code; English where there are none
 */
export function doorWords(language: string): DoorWords & { readonly language: string } {
  const code = language.toLowerCase().split(/[-_]/)[0] ?? '';
  const own = WORDS[code];
  return own === undefined ? { ...ENGLISH, language: 'en' } : { ...own, language: code };
}
