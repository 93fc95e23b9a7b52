/**
 * Embind, the glue between JavaScript and C++ in hnswlib-wasm's script, writes its calls as source text and compiles them
 * with `new Function`, which would force `unsafe-eval` on the worker's policy. These two closures do what that text does;
 * scripts/vite-hnswlib.ts puts them in its place. Newer Emscripten does the same under `-sDYNAMIC_EXECUTION=0`.
 */

/** Values that must be freed after a call, as pairs of function and pointer. */
type Destructors = unknown[];

interface BoundType {
  readonly name: string;
  readonly isVoid?: boolean;
  readonly argPackAdvance: number;
  readonly destructorFunction: ((wired: unknown) => void) | null | undefined;
  toWireType(destructors: Destructors | null, value: unknown): unknown;
  fromWireType(wired: unknown): unknown;
  readValueFromPointer(pointer: number): unknown;
  deleteObject?(value: unknown): void;
}

/** [return type, type of `this` or null, type of each argument] */
type Signature = readonly [BoundType, BoundType | null, ...BoundType[]];

interface Invoker {
  readonly name: string;
  readonly types: Signature;
  /** Null for a function that is no method. */
  readonly classType: object | null;
  readonly invoke: (target: unknown, ...wired: unknown[]) => unknown;
  readonly target: unknown;
  readonly fail: (message: string) => never;
  readonly runDestructors: (destructors: Destructors) => void;
}

/** A JavaScript function that calls a C++ one. */
export function makeInvoker(invoker: Invoker): (this: unknown, ...args: unknown[]) => unknown {
  const { name, types, classType, invoke, target, fail, runDestructors } = invoker;
  const [returned, ownType, ...argTypes] = types;
  const self = classType === null ? null : ownType;
  const wiredTypes = self === null ? argTypes : [self, ...argTypes];
  // A type without a destructor of its own collects what it allocates in a list.
  const needsList = [ownType, ...argTypes].some(
    (type) => type !== null && type.destructorFunction === undefined,
  );
  return function (...args) {
    if (args.length !== argTypes.length)
      fail(`function ${name} called with ${args.length} arguments, expected ${argTypes.length} args!`);
    const destructors: Destructors | null = needsList ? [] : null;
    const values = self === null ? args : [this, ...args];
    const wired = wiredTypes.map((type, i) => type.toWireType(destructors, values[i]));
    const result = invoke(target, ...wired);
    if (destructors !== null) runDestructors(destructors);
    else wiredTypes.forEach((type, i) => type.destructorFunction?.(wired[i]));
    return returned.name === 'void' ? undefined : returned.fromWireType(result);
  };
}

type MethodCaller = (
  handle: Record<string, (...args: unknown[]) => unknown>,
  name: string,
  destructors: Destructors | null,
  args: number,
) => unknown;

/** A function by which C++ calls a method of a JavaScript object. */
export function makeMethodCaller([returned, ...argTypes]: readonly [
  BoundType,
  ...BoundType[],
]): MethodCaller {
  return (handle, name, destructors, args) => {
    let pointer = args;
    const values = argTypes.map((type) => {
      const value = type.readValueFromPointer(pointer);
      pointer += type.argPackAdvance;
      return value;
    });
    const result = handle[name]?.(...values);
    argTypes.forEach((type, i) => type.deleteObject?.(values[i]));
    return returned.isVoid === true ? undefined : returned.toWireType(destructors, result);
  };
}
