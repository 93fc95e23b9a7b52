import type { Message } from '../engine/message.ts';
import { PROBLEM_WORDS, summaryOf } from './problem-words.ts';

const escape = (text: string): string => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/**
 * The messages as a page that any browser opens, without Atelier.
 *
 * @param messages with the names of their recordings beside the page; empty for none
 */
export function messagesAsPage(messages: readonly (Message & { readonly sound: string })[]): string {
  const items = messages.map((message) => {
    const { atMs, distanceCm, problems, sound, isStarred, language } = message;
    const when = new Date(atMs);
    const about = [
      ...(isStarred ? ['★'] : []),
      ...(distanceCm === null ? [] : [`${Math.round(distanceCm)} cm`]),
      ...problems.map((problem) => PROBLEM_WORDS[problem]),
    ].join(' · ');
    const player =
      sound === '' ? '' : `<audio controls preload="none" src="${escape(encodeURI(sound))}"></audio>`;
    return `<li><h2><time datetime="${when.toISOString()}">${escape(when.toLocaleString())}</time></h2><p dir="auto" lang="${escape(language)}">${escape(summaryOf(message))}</p>${player}<p><small>${escape(about)}</small></p></li>`;
  });
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Messages at the door</title><style>body{font:16px/1.5 system-ui;max-width:40rem;margin:2rem auto;padding:0 1rem}ul{padding:0}li{list-style:none;border-top:1px solid #8888;padding:1rem 0}h2{font-size:1rem;margin:0}audio{width:100%}</style><h1>Messages at the door</h1><ul>${items.join('\n')}</ul></html>\n`;
}
