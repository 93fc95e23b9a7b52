import type { SpokenLanguage } from './letter-to-sound.ts';

/**
 * What people say at a door, for an engine that hears nothing but a grammar: words, `|` for or, `( )` for groups, `[ ]` for
 * what may be left out, `<entry>` for one of the words to know, `<name>` for one of them or its last word. A phrase of a short word alone is heard in any speech, so
 * there is none.
 */
export interface SetPhrases {
  readonly phrases: readonly string[];
  /** Words that the model's dictionary lacks, with their phones. */
  readonly sounds: Readonly<Record<string, string>>;
}

const ENGLISH: SetPhrases = {
  phrases: [
    'hello | good morning | good afternoon | good evening | goodbye | thank you [very much] | excuse me',
    '(this is | it is | my name is | i am) <name>',
    '(this is | it is | i am) (the | your) (postman | mailman | plumber | electrician | courier | neighbor | gardener)',
    '<entry>',
    '(i have | here is | this is | with) a (parcel | package | letter | delivery) [for <name>]',
    'a (parcel | package | letter) for <name>',
    'delivery for <name>',
    '(i am looking for | i am here to see | i would like to see | is this the house of) <name>',
    'is (anybody | anyone) (there | home)',
    'i will (come back | be back | call back) (later | tomorrow | tonight | soon)',
    'please (call me back | open the door | call me)',
    'i need a signature',
    'i left it (with the neighbor | at the door | with <name>)',
    '(i forgot | i lost) my keys',
  ],
  sounds: {},
};

const FRENCH: SetPhrases = {
  phrases: [
    'bonjour | bonsoir | merci beaucoup | au revoir | excusez moi',
    "(c'est | je suis | je m'appelle | ici) <name>",
    "c'est (le facteur | le voisin | la voisine | le plombier | la livraison | une livraison)",
    'je suis (le facteur | le voisin | la voisine | le plombier | le livreur)',
    '<entry>',
    "j'ai (un colis | un paquet | une lettre | un courrier) [pour <name>]",
    '(un colis | un paquet | une lettre | livraison) pour <name>',
    '(je cherche | je voudrais voir | je viens voir) <name>',
    "il y a quelqu'un",
    'je (reviens | repasserai) (plus tard | demain | ce soir)',
    '(rappelez moi | ouvrez la porte | ouvrez moi) [merci]',
    'il faut une signature',
    "j'ai oublié mes clés",
  ],
  sounds: { "c'est": 'ss ai', "m'appelle": 'mm aa pp ai ll', "j'ai": 'jj ei' },
};

/** By language. */
export const SET_PHRASES: Readonly<Record<SpokenLanguage, SetPhrases>> = { en: ENGLISH, fr: FRENCH };
