import { describe, expect, it } from 'vitest';
import { makeInvoker, makeMethodCaller } from './embind.ts';

type BoundType = Parameters<typeof makeInvoker>[0]['types'][0];

const log: string[] = [];

/** A type that writes down what is done with its values. */
const type = (name: string, destructor: 'own' | 'none' | 'list'): BoundType => ({
  name,
  argPackAdvance: 8,
  destructorFunction:
    destructor === 'list'
      ? undefined
      : destructor === 'none'
        ? null
        : (wired) => log.push(`free ${String(wired)}`),
  toWireType: (destructors, value) => {
    destructors?.push(`listed ${String(value)}`);
    return `${name}:${String(value)}`;
  },
  fromWireType: (wired) => `${name} from ${String(wired)}`,
  readValueFromPointer: (pointer) => `${name}@${pointer}`,
  ...(destructor === 'own' ? { deleteObject: (value: unknown) => log.push(`delete ${String(value)}`) } : {}),
});

const VOID: BoundType = { ...type('void', 'none'), isVoid: true };

const invoker = (
  types: Parameters<typeof makeInvoker>[0]['types'],
  classType: object | null,
): ReturnType<typeof makeInvoker> => {
  log.length = 0;
  return makeInvoker({
    name: 'call',
    types,
    classType,
    target: 'target',
    invoke: (...wired) => {
      log.push(wired.join(' '));
      return 7;
    },
    fail: (message) => {
      throw new Error(message);
    },
    runDestructors: (destructors) => log.push(destructors.join(', ')),
  });
};

describe('calls into C++', () => {
  it('wire `this` and the arguments, and free what they allocated one by one', () => {
    const call = invoker(
      [type('int', 'none'), type('self', 'none'), type('text', 'own'), type('int', 'none')],
      {},
    );
    expect(call.call('me', 'a', 2)).toBe('int from 7');
    expect(log).toEqual(['target self:me text:a int:2', 'free text:a']);
  });

  it('collect destructors in a list where a type has none of its own', () => {
    const call = invoker([VOID, type('self', 'none'), type('vector', 'list')], {});
    expect(call.call('me', 'v')).toBeUndefined();
    expect(log).toEqual(['target self:me vector:v', 'listed me, listed v']);
  });

  it('have no `this` for a function that is no method', () => {
    const call = invoker([type('int', 'none'), null, type('text', 'own')], null);
    expect(call('a')).toBe('int from 7');
    expect(log).toEqual(['target text:a', 'free text:a']);
  });

  it('refuse another number of arguments', () => {
    const call = invoker([VOID, type('self', 'none'), type('int', 'none')], {});
    expect(() => call.call('me')).toThrow('function call called with 0 arguments, expected 1 args!');
  });
});

describe('calls from C++', () => {
  it('read the arguments where they lie, call the method and free them', () => {
    log.length = 0;
    const caller = makeMethodCaller([type('int', 'none'), type('a', 'own'), type('b', 'none')]);
    const handle = { go: (...args: unknown[]): string => args.join('+') };
    expect(caller(handle, 'go', null, 100)).toBe('int:a@100+b@108');
    expect(log).toEqual(['delete a@100']);
  });

  it('answer nothing when nothing is asked for', () => {
    const caller = makeMethodCaller([VOID]);
    expect(caller({ go: () => 3 }, 'go', null, 0)).toBeUndefined();
  });
});
